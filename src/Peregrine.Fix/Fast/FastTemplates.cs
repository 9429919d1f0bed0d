using System.Xml;
using System.Xml.Linq;

namespace Peregrine.Fix.Fast;

/// <summary>Templates of FAST 1.1, read from their XML and compiled: what decoders and encoders of a feed share.</summary>
/// <remarks>Read only, for any number of threads. Allocates: only when made.</remarks>
public sealed class FastTemplates
{
    // Identifiers below it are found by their number.
    private const int DirectMax = 1 << 16;

    private readonly int[] _direct;
    private readonly Dictionary<uint, int> _others = [];
    private readonly FastBody[] _bodies;

    internal FastTemplates(FastProgram program)
    {
        (All, Code, Fields, Constants) = ([.. program.Templates], [.. program.Code], [.. program.Fields], [.. program.Constants]);
        (Slots, _bodies) = ([.. program.Slots], [.. program.Bodies]);
        IEnumerable<FastInstruction> strings = Code.Where(instruction => instruction.Type is FastType.Ascii or FastType.Unicode or FastType.Bytes
            && instruction.Operator is FastOperator.Copy or FastOperator.Delta or FastOperator.Tail);
        StringSlots = strings.Select(instruction => instruction.Slot).Distinct().Count();
        long end = All.Where(template => template.Id < DirectMax).Select(template => template.Id + 1).DefaultIfEmpty(0).Max();
        _direct = new int[end];
        Array.Fill(_direct, -1);
        foreach (FastTemplate template in All.Where(template => template.Id >= 0))
        {
            if (template.Id < end)
            {
                _direct[template.Id] = template.Index;
            }
            else
            {
                _others.Add((uint)template.Id, template.Index);
            }
        }
    }

    /// <summary>All templates, in the order of the file.</summary>
    public IReadOnlyList<FastTemplate> Templates => All;

    internal FastTemplate[] All { get; }

    internal FastInstruction[] Code { get; }

    /// <summary>The field of each instruction.</summary>
    internal FastField[] Fields { get; }

    /// <summary>Bytes of the initial values.</summary>
    internal byte[] Constants { get; }

    /// <summary>Previous values as they are behind a reset, and the defaults, which never change. The first is the template identifier.</summary>
    internal FastSlot[] Slots { get; }

    /// <summary>How many previous values may be strings.</summary>
    internal int StringSlots { get; }

    /// <summary>The template with an identifier; null when there is none.</summary>
    public FastTemplate? TemplateOf(uint id)
    {
        int index = IndexOf(id);
        return index < 0 ? null : All[index];
    }

    /// <summary>The first template with a name, in any namespace; null when there is none.</summary>
    public FastTemplate? TemplateOf(string name) => Templates.FirstOrDefault(template => template.Name == name);

    /// <summary>Reads templates: a document with &lt;templates&gt; or one &lt;template&gt;.</summary>
    /// <param name="reader">The text, from its beginning.</param>
    /// <param name="name">What to call it in an error, such as its path.</param>
    /// <exception cref="InvalidDataException">It has faults (S1 to S5, D8): the message has all of them.</exception>
    public static FastTemplates Read(TextReader reader, string name) => Inspect(reader, out IReadOnlyList<string> faults)
        ?? throw new InvalidDataException($"FAST templates {name}: {string.Join("; ", faults)}");

    /// <summary>As <see cref="Read"/>, but what is wrong is told instead of thrown.</summary>
    /// <returns>Null when it has faults.</returns>
    public static FastTemplates? Inspect(TextReader reader, out IReadOnlyList<string> faults)
    {
        FastCompiler compiler = new();
        try
        {
            using XmlReader xml = XmlReader.Create(reader, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            compiler.Compile(XDocument.Load(xml).Root!);
        }
        catch (XmlException broken)
        {
            compiler.Faults.Add($"S1: it is no XML: {broken.Message}");
        }

        faults = compiler.Faults;
        return faults.Count > 0 ? null : new FastTemplates(compiler.Program);
    }

    /// <summary>The place of the template with an identifier; -1 when there is none.</summary>
    internal int IndexOf(uint id) => id < (uint)_direct.Length ? _direct[id] : _others.Count > 0 ? _others.GetValueOrDefault(id, -1) : -1;

    /// <summary>The instructions of a template inside of an application type.</summary>
    internal FastBody BodyOf(int template, int type) => _bodies[(type * All.Length) + template];
}

/// <summary>What comes out of the compiler.</summary>
internal sealed class FastProgram
{
    public List<FastTemplate> Templates { get; } = [];

    public List<FastInstruction> Code { get; } = [];

    public List<FastField> Fields { get; } = [];

    public List<byte> Constants { get; } = [];

    /// <summary>By application type, then by template.</summary>
    public List<FastBody> Bodies { get; } = [];

    public List<FastSlot> Slots { get; } = [];
}
