using System.IO.Hashing;

namespace Streaming.Memory.Filters;

/// <summary>An attribute's name and value as one number, by which rows with it are found. Different pairs may share a number: what is found is checked.</summary>
internal static class AttributeToken
{
    // A wanted value that ends in "-*" is any value that begins so: semantic IDs are asked for by their first codes.
    private const byte AnyEnd = (byte)'*';

    /// <summary>Ends a part of a value that may be asked for alone.</summary>
    public const byte Separator = (byte)'-';

    /// <summary>True for a wanted value that stands for all that begin so: one that ends in "-*".</summary>
    public static bool IsPrefix(ReadOnlySpan<byte> wanted) => wanted is [.., Separator, AnyEnd];

    /// <summary>What all values of a wanted one that <see cref="IsPrefix"/> begin with.</summary>
    public static ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> wanted) => wanted[..^1];

    /// <summary>The token of a wanted value.</summary>
    public static uint Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted) =>
        IsPrefix(wanted) ? OfBeginning(Seed(name), Beginning(wanted)) : OfWhole(Seed(name), wanted);

    /// <summary>Of a name, for the tokens of its values.</summary>
    public static long Seed(ReadOnlySpan<byte> name) => (long)XxHash3.HashToUInt64(name);

    /// <summary>The token that a held value is found by.</summary>
    public static uint OfWhole(long seed, ReadOnlySpan<byte> value) => (uint)XxHash3.HashToUInt64(value, seed);

    /// <summary>The token of all values that begin so.</summary>
    /// <param name="seed">Of the name.</param>
    /// <param name="beginning">It ends in a separator.</param>
    public static uint OfBeginning(long seed, ReadOnlySpan<byte> beginning) => OfWhole(~seed, beginning);
}
