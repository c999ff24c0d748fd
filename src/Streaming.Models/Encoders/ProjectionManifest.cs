namespace Streaming.Models.Encoders;

/// <summary>A matrix file: <c>rows · columns</c> float32, little-endian, row-major; a pooled output [rows] becomes [columns].</summary>
public sealed record ProjectionManifest
{
    /// <summary>File name in the manifest's directory.</summary>
    public string? File { get; init; }

    /// <summary>64 hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Width of what comes in.</summary>
    public int? Rows { get; init; }

    /// <summary>Width of what goes out.</summary>
    public int? Columns { get; init; }

    internal ModelFileReference Reference => new() { File = File, Sha256 = Sha256 };

    internal IEnumerable<string> Validate(string section)
    {
        foreach (var violation in Reference.Validate($"{section}.projection"))
            yield return violation;
        if (Rows is not (>= 1 and <= 16_384))
            yield return $"{section}.projection.rows is {Rows?.ToString() ?? "missing"}; it must be 1 to 16384.";
        if (Columns is not (>= 1 and <= 4096))
            yield return $"{section}.projection.columns is {Columns?.ToString() ?? "missing"}; it must be 1 to 4096.";
    }
}
