using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Peregrine.Packages.Tests;

/// <summary>A source file that symbols name.</summary>
/// <param name="Source">Its text, when it is inside.</param>
internal sealed record SourceDocument(string Name, byte[]? Source);

/// <summary>The symbols inside an assembly.</summary>
/// <param name="Link">The table of SourceLink, from names of documents to addresses; null when there is none.</param>
internal sealed record Symbols(bool IsDeterministic, byte[] Raw, IReadOnlyList<SourceDocument> Documents, string? Link)
{
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    /// <summary>Reads them; an assembly without symbols inside is a fault.</summary>
    public static Symbols Of(byte[] assembly)
    {
        using PEReader file = new(ImmutableArray.Create(assembly));
        ImmutableArray<DebugDirectoryEntry> entries = file.ReadDebugDirectory();
        DebugDirectoryEntry symbols = entries.Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        // Behind four letters that say what it is; then like a source, the length and the packed bytes.
        byte[] raw = Inflate(assembly[(symbols.DataPointer + 4)..(symbols.DataPointer + symbols.DataSize)])!;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbImage(ImmutableArray.Create(raw));
        MetadataReader reader = provider.GetMetadataReader();
        SourceDocument[] documents = [.. reader.Documents.Select(handle => new SourceDocument(
            reader.GetString(reader.GetDocument(handle).Name), Inflate(Find(reader, handle, EmbeddedSource))))];
        byte[]? link = Find(reader, EntityHandle.ModuleDefinition, SourceLink);
        return new Symbols(entries.Any(entry => entry.Type == DebugDirectoryEntryType.Reproducible), raw, documents,
            link is null ? null : Encoding.UTF8.GetString(link));
    }

    /// <summary>All that can be read in them: their tables, the names of the documents, the sources unpacked.</summary>
    public IEnumerable<byte[]> AllBytes() =>
        [Raw, .. Documents.Select(document => Encoding.UTF8.GetBytes(document.Name)), .. Documents.Select(document => document.Source ?? [])];

    private static byte[]? Find(MetadataReader reader, EntityHandle of, Guid kind) => reader.GetCustomDebugInformation(of)
        .Select(reader.GetCustomDebugInformation)
        .Where(item => reader.GetGuid(item.Kind) == kind)
        .Select(item => reader.GetBlobBytes(item.Value)).SingleOrDefault();

    // Four bytes say how long it is unpacked, 0 that it is not packed.
    private static byte[]? Inflate(byte[]? blob)
    {
        if (blob is null || BitConverter.ToInt32(blob) == 0)
        {
            return blob?[4..];
        }

        using DeflateStream stream = new(new MemoryStream(blob, 4, blob.Length - 4), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
