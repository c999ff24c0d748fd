using FsCheck;
using FsCheck.Fluent;

namespace Streaming.Memory.Tests.Model;

/// <summary>
/// Random interleavings over few ids, times and vectors, so that replacements, ties, replays and expiries are common. Coordinates are
/// small integers: every dot product and squared norm is then exact in float32, and the oracle's plain loops give the engine's bits.
/// </summary>
internal static class Operations
{
    private const int Dimension = 3;

    private static readonly string[] FewIds = ["a", "b", "c", "d", "e", "f"];
    private static readonly string[] ManyIds = [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? $"an id that is too long for a row {i}" : $"{i}")];

    /// <summary>Few ids, so that every write meets an earlier one.</summary>
    public static Arbitrary<Operation[]> OfFewIds { get; } = Arb.From(Gen.ArrayOf(OneOperation(FewIds, ["red", "blue"])).Resize(120), Shorter);

    /// <summary>So many ids that lists are trained, and trained anew.</summary>
    public static Arbitrary<Operation[]> OfManyIds { get; } = Arb.From(Gen.ArrayOf(OneOperation(ManyIds, ["green"]), 1_500), Shorter);

    /// <summary>Writes of few ids, with stamps that differ as those of records do.</summary>
    public static Arbitrary<Operation[]> Writes { get; } = Arb.From(
        Gen.ArrayOf(OneOperation(FewIds, ["red", "blue"])).Resize(40).Select(operations => operations
            .Where(o => o is Operation.Upsert or Operation.Delete or Operation.DeleteWhere)
            .Select((o, i) => o switch
            {
                Operation.Upsert upsert => upsert with { Stamp = upsert.Stamp with { Offset = i }, ValidUntilMs = 0, ValidFromMs = 0 },
                Operation.Delete delete => delete with { Stamp = delete.Stamp with { Offset = i } },
                _ => (Operation)(((Operation.DeleteWhere)o) with { Stamp = ((Operation.DeleteWhere)o).Stamp with { Offset = i } }),
            }).ToArray()),
        Shorter);

    /// <param name="ids">What is written.</param>
    /// <param name="deleted">Colors that are deleted as a whole: a rare one where there should be many entries.</param>
    private static Gen<Operation> OneOperation(string[] ids, string[] deleted)
    {
        var id = Gen.Elements(ids);
        var source = Gen.Elements("t-0", "t-1");
        var color = Gen.Frequency((10, Gen.Elements("red", "blue")), (deleted.Contains("green") ? 1 : 0, Gen.Constant("green")));
        var vector = Gen.ArrayOf(Gen.Choose(-3, 3).Select(i => (float)i), Dimension).Where(v => v.Any(x => x != 0));
        var stamp = from time in Gen.Choose(0, 12) from s in source from offset in Gen.Choose(0, 3) select new WriteStamp(time, s, offset);
        var until = Gen.Frequency(
            (3, Gen.Constant((long?)null)), (1, Gen.Constant((long?)0)), (3, Gen.Choose(1, 30).Select(ms => (long?)ms)));
        var upsert = from i in id
                     from v in Gen.Frequency((5, vector), (1, Gen.Constant(Array.Empty<float>())))
                     from c in color
                     from s in stamp
                     from u in until
                     from f in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 30)))
                     select (Operation)new Operation.Upsert(i, v, c, s, u, f);
        var query = from pick in Gen.Choose(0, 99)
                    from v in vector
                    from k in Gen.Choose(1, 7)
                    from c in Gen.Elements("red", "blue", "green", null)
                    from i in id
                    from life in Gen.Elements(0, 0, 1, 5)
                    from least in Gen.Elements((float?)null, null, 0.5f, -2f)
                    select (Operation)new Operation.Query(pick, v, k, c, i, life, least);
        return Gen.Frequency(
            (12, upsert),
            (4, from i in id from s in stamp select (Operation)new Operation.Delete(i, s)),
            (1, from c in Gen.Elements(deleted) from s in stamp select (Operation)new Operation.DeleteWhere(c, s with { Offset = 2 * s.Offset + (c == "red" ? 0 : 1) })),
            (2, Gen.Choose(1, 4).Select(ms => (Operation)new Operation.Advance(ms))),
            (1, Gen.Constant((Operation)new Operation.Expire())),
            (1, source.Select(s => (Operation)new Operation.RemoveSource(s))),
            (6, Gen.Constant((Operation)new Operation.Publish())),
            (4, Gen.Constant((Operation)new Operation.TakeSnapshot())),
            (1, Gen.Constant((Operation)new Operation.Capture())),
            (1, Gen.Constant((Operation)new Operation.Restart())),
            (6, query));
    }

    private static IEnumerable<Operation[]> Shorter(Operation[] operations)
    {
        if (operations.Length > 1)
        {
            yield return operations[..(operations.Length / 2)];
            yield return operations[(operations.Length / 2)..];
        }
        for (int i = 0; i < operations.Length; i++)
            yield return [.. operations[..i], .. operations[(i + 1)..]];
    }
}
