namespace Streaming.Models.Encoders;

/// <summary>A file beside a manifest, with its checksum.</summary>
public sealed record ModelFileReference
{
    /// <summary>File name in the manifest's directory.</summary>
    public string? File { get; init; }

    /// <summary>64 hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    internal IEnumerable<string> Validate(string section)
    {
        // A name alone: a manifest cannot point out of its directory.
        if (string.IsNullOrEmpty(File) || File is "." or ".." || File.AsSpan().IndexOfAny('/', '\\') >= 0)
            yield return $"{section}.file is '{File}'; it must be a file name in the manifest's directory.";
        if (Sha256 is not { Length: 64 } || !Sha256.All(char.IsAsciiHexDigit))
            yield return $"{section}.sha256 is '{Sha256}'; it must be 64 hexadecimal digits.";
    }
}
