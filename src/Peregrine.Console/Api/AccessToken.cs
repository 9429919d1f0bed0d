using System.Security.Cryptography;
using System.Text;
using Peregrine.Cli;

namespace Peregrine.Api;

/// <summary>The secret that whoever changes something has to show: made at the first start, kept in the data folder,
/// readable by its owner only.</summary>
internal sealed class AccessToken
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "access-token";

    private const int Bytes = 24;
    private const int TextBytesMax = 256;
    private readonly byte[] _value;

    private AccessToken(string text, bool isNew)
    {
        Text = text;
        IsNew = isNew;
        _value = Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The secret itself.</summary>
    public string Text { get; }

    /// <summary>True when it was made just now.</summary>
    public bool IsNew { get; }

    /// <summary>Reads the token of a data folder, or makes it.</summary>
    /// <exception cref="CommandException">Others may read the file or own it, it is no file, or it holds no token.</exception>
    public static AccessToken Open(string dataFolder)
    {
        string path = Path.Combine(dataFolder, FileName);
        try
        {
            if (!Path.Exists(path))
            {
                string fresh = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
                FileStreamOptions owner = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
                using FileStream file = new(path, owner);
                file.Write(Encoding.ASCII.GetBytes(fresh + "\n"));
                return new AccessToken(fresh, isNew: true);
            }

            // A FIFO would be waited for, and a token that another user wrote is one that this user knows.
            PrivateFiles.CheckSecret(path, "access token");
            string text = new FileInfo(path).Length <= TextBytesMax ? File.ReadAllText(path).Trim() : "";
            return text.Length >= Bytes ? new AccessToken(text, isNew: false)
                : throw new CommandException($"{path}: no access token; expected at least {Bytes} characters: delete the file for a new one");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: the access token cannot be read or made: {fault.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Whether an Authorization header shows it. Takes the same time for any wrong one of the same length.</summary>
    public bool IsIn(string? authorization)
    {
        const string scheme = "Bearer ";
        return authorization is not null && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[scheme.Length..].Trim()), _value);
    }
}
