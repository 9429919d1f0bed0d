using System.Xml.Linq;

namespace Peregrine.Fix.Fast;

/// <summary>What an element of a template has from the elements around it.</summary>
/// <param name="Dictionary">Where its previous values are.</param>
/// <param name="Namespace">Of names of fields, keys and types.</param>
/// <param name="TemplateNamespace">Of names of templates.</param>
/// <param name="Type">The application type; empty for any.</param>
/// <param name="Template">The current template.</param>
/// <param name="Path">The templates that refer to each other up to here, and how deep it is.</param>
/// <param name="Place">What to call it in a fault.</param>
internal sealed record FastScope(
    string Dictionary, string Namespace, string TemplateNamespace, string Type, int Template, IReadOnlyList<int> Path, int Depth, string Place)
{
    /// <summary>That of a document.</summary>
    public static FastScope Outermost { get; } = new("global", "", "", "", -1, [], 0, "templates");

    /// <summary>Attributes that hold for an element and what is inside.</summary>
    public FastScope Within(XElement element) => this with
    {
        Dictionary = (string?)element.Attribute("dictionary") ?? Dictionary,
        Namespace = (string?)element.Attribute("ns") ?? Namespace,
        TemplateNamespace = (string?)element.Attribute("templateNs") ?? TemplateNamespace,
    };

    /// <summary>The key of a previous value: dictionary and name, parted by what no XML has.</summary>
    public string KeyOf(string space, string name)
    {
        string dictionary = Dictionary switch
        {
            "template" => $"template\u0001{Template}",
            "type" => $"type\u0001{Type}",
            _ => $"named\u0001{Dictionary}",
        };
        return $"{dictionary}\u0001{space}\u0001{name}";
    }
}
