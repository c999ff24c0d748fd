namespace Streaming.Memory.Filters;

/// <summary>An attribute's name and value as one number, by which rows with it are found. Different pairs may share a number: what is found is checked.</summary>
internal static class AttributeToken
{
    // A wanted value that ends in "-*" is any value that begins so: semantic IDs are asked for by their first codes.
    private const char AnyEnd = '*', Separator = '-';

    /// <summary>The token of a wanted value.</summary>
    public static uint Of(string name, ReadOnlySpan<char> value) => Hash(name, value);

    /// <summary>True for a wanted value that stands for all that begin so: one that ends in "-*".</summary>
    public static bool IsPrefix(ReadOnlySpan<char> wanted) => wanted is [.., Separator, AnyEnd];

    /// <summary>The tokens that a held value is found by: its own, and one for each part of it that ends in a separator.</summary>
    public static void AddAll(string name, string value, List<uint> tokens)
    {
        tokens.Add(Hash(name, value));
        Span<char> prefix = value.Length < 256 ? stackalloc char[value.Length + 1] : new char[value.Length + 1];
        for (int i = 0; i < value.Length; i++)
        {
            prefix[i] = value[i];
            if (value[i] != Separator)
                continue;
            prefix[i + 1] = AnyEnd;
            tokens.Add(Hash(name, prefix[..(i + 2)]));
            // The next character goes over the mark.
        }
    }

    // FNV-1a over both strings' characters, with a character between them that names do not have.
    private static uint Hash(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        uint hash = 2_166_136_261;
        foreach (char c in name)
            hash = (hash ^ c) * 16_777_619;
        hash = (hash ^ '\0') * 16_777_619;
        foreach (char c in value)
            hash = (hash ^ c) * 16_777_619;
        return hash ^ (hash >> 15);
    }
}
