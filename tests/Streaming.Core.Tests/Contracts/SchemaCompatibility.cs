namespace Streaming.Core.Tests.Contracts;

/// <summary>
/// Decides whether a schema still reads and writes what a released one did. Stricter than the wire format: a type that happens to
/// encode alike, such as int32 for int64, is a break too, because generated code and stored JSON differ.
/// </summary>
internal static class SchemaCompatibility
{
    /// <summary>One line per break; empty when <paramref name="current"/> is compatible.</summary>
    public static IReadOnlyList<string> Breaks(SchemaSnapshot released, SchemaSnapshot current) =>
        [.. released.Messages.SelectMany(message => current.Messages.TryGetValue(message.Key, out var now)
            ? Breaks(message.Key, message.Value, now)
            : [$"{message.Key}: the message was removed"])];

    private static IEnumerable<string> Breaks(string name, SchemaSnapshot.Message released, SchemaSnapshot.Message current)
    {
        foreach (var (number, field) in released.Fields)
        {
            if (current.Fields.TryGetValue(number, out var now))
            {
                if (now != field)
                    yield return $"{name}.{field.Name}: number {number} was {field} and is {now}";
            }
            else if (!current.ReservedNumbers.Contains(number) || !current.ReservedNames.Contains(field.Name))
            {
                yield return $"{name}.{field.Name}: removed without `reserved {number};` and `reserved \"{field.Name}\";`";
            }
        }
        foreach (int number in released.ReservedNumbers.Except(current.ReservedNumbers))
            yield return $"{name}: number {number} is no longer reserved";
        foreach (string reserved in released.ReservedNames.Except(current.ReservedNames))
            yield return $"{name}: name {reserved} is no longer reserved";
    }
}
