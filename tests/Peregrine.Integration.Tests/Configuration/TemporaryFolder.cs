namespace Peregrine.Integration.Configuration;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("peregrine-test-");

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string text, string name = "peregrine.json")
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
