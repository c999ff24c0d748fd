using System.IO.Hashing;
using System.Text;
using Streaming.Memory.Search;
using Streaming.Memory.Snapshots;

namespace Streaming.Memory.Tests.Snapshots;

/// <summary>What is on disk today must be what is written and read tomorrow.</summary>
public sealed class SnapshotFormatTests : IDisposable
{
    private const long CapturedMs = 4_000_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streaming-snapshot-");
    private readonly ManualTime _time = new(CapturedMs);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_snapshot_is_written_in_its_golden_bytes()
    {
        byte[] written = Written();
        GoldenSnapshot.UpdateIfWanted(written);

        Assert.Equal(Convert.ToHexStringLower(GoldenSnapshot.Read()), Convert.ToHexStringLower(written));
    }

    [Fact]
    public void Golden_bytes_are_read_as_what_they_were_written_from()
    {
        string file = Save(GoldenSnapshot.Read());

        var (memory, header) = VectorNamespace.Restore(SampleNamespace.Options, _time, file);
        Assert.Equal(0, memory.Snapshot().Count);
        memory.Publish();

        Assert.Equal(("c", 2L, CapturedMs, (long)SampleNamespace.Entries), (header.Origin, header.Version, header.CapturedAtMs, header.Entries));
        Assert.Equal(SampleNamespace.Positions, header.Positions);
        Assert.Equal(["t-0", "t-1", "t-2"], header.Sources);
        AssertSame(SampleNamespace.Make(_time), memory);
        Assert.Equal(2, memory.Lists);
        // What was deleted, and what was never there, stays beaten.
        Assert.Equal(UpsertOutcome.Stale, memory.Upsert("gone", [1, 1], null, new(2_002, "t-1", 9)));
        Assert.Equal(DeleteOutcome.Duplicate, memory.Delete("never", new(2_004, "t-2", 1)));
        // Deletes by filter too, each source by its own.
        var green = SampleNamespace.Attributes("green", "4-5");
        Assert.Equal(UpsertOutcome.Deleted, memory.Upsert("g", [1, 1], green, new(1_499, "t-0", 50), 0));
        memory.RemoveSource("t-1");
        Assert.Equal(UpsertOutcome.Deleted, memory.Upsert("h", [1, 1], green, new(1_399, "t-0", 51), 0));
        Assert.Equal(UpsertOutcome.Inserted, memory.Upsert("i", [1, 1], green, new(1_401, "t-0", 52), 0));
    }

    [Fact]
    public void Bytes_laid_out_by_hand_are_read()
    {
        var header = SnapshotHeader.Of(SampleNamespace.Options) with { Origin = "c", Entries = 2, Sources = ["s"] };
        using MemoryStream entries = new(), facts = new(), tombstones = new(), filters = new(), end = new();
        using (BinaryWriter to = new(entries, Encoding.UTF8, leaveOpen: true))
        {
            to.Write(0);
            WriteHead(to, eventTime: -5, validUntil: 0, offset: 9, idBytes: 1, attributeBytes: 0, list: 0);
            to.Write("a"u8);
            to.Write((Half)1.5f);
            to.Write((Half)(-2f));
        }
        using (BinaryWriter to = new(facts, Encoding.UTF8, leaveOpen: true))
        {
            to.Write(-1);
            WriteHead(to, eventTime: 6, validUntil: 9_000_000, offset: 10, idBytes: 2, attributeBytes: 11, list: 0, validFrom: 3_000_000);
            to.Write("bb"u8);
            to.Write(1);
            to.Write("k"u8);
            to.Write(2);
            to.Write("v2"u8);
        }
        using (BinaryWriter to = new(tombstones, Encoding.UTF8, leaveOpen: true))
        {
            to.Write(7L);
            to.Write(11L);
            to.Write(1);
            to.Write(0);
            to.Write("t"u8);
        }
        using (BinaryWriter to = new(filters, Encoding.UTF8, leaveOpen: true))
        {
            to.Write(10);
            to.Write(1);
            to.Write(1);
            to.Write("k"u8);
            to.Write(1);
            to.Write("v"u8);
            to.Write(8L);
            to.Write(12L);
            to.Write(0L);
        }
        using (BinaryWriter to = new(end, Encoding.UTF8, leaveOpen: true))
        {
            to.Write(2L);
            to.Write(1L);
            to.Write(1L);
        }
        using MemoryStream file = new();
        file.Write("STRMVMEM"u8);
        file.Write([1, 0, 0, 0, 0, 0, 0, 0]);
        WriteBlock(file, 0, kind: 1, items: 1, header.ToJson());
        WriteBlock(file, 1, kind: 3, items: 1, entries.ToArray());
        WriteBlock(file, 2, kind: 3, items: 1, facts.ToArray());
        WriteBlock(file, 3, kind: 4, items: 1, tombstones.ToArray());
        WriteBlock(file, 4, kind: 5, items: 1, filters.ToArray());
        WriteBlock(file, 5, kind: 6, items: 1, end.ToArray());

        var memory = VectorNamespace.Restore(SampleNamespace.Options, _time, Save(file.ToArray())).Namespace;
        memory.Publish();
        using var snapshot = memory.Snapshot();

        Assert.True(snapshot.TryGet("a", out var entry));
        Assert.Equal([1.5f, -2f], entry.Vector.ToArray());
        Assert.Equal((new WriteStamp(-5, "s", 9), 0L), (entry.Stamp, entry.ValidUntilMs));
        Assert.Equal("a", Assert.Single(snapshot.Search([1, 0], 5).Neighbours).Id);
        Assert.True(snapshot.TryGet("bb", out var fact));
        Assert.Equal((0, "v2", 3_000_000L, 9_000_000L), (fact.Vector.Length, fact.Attributes["k"], fact.ValidFromMs, fact.ValidUntilMs));
        Assert.Equal(DeleteOutcome.Duplicate, memory.Delete("t", new(7, "s", 11)));
        Assert.Equal(UpsertOutcome.Deleted, memory.Upsert("late", [], new Dictionary<string, string> { ["k"] = "v" }, new(8, "s", 11), 0));
    }

    private byte[] Written()
    {
        using var captured = SampleNamespace.Make(_time).Capture("c", SampleNamespace.Positions);
        using MemoryStream stream = new();
        captured.WriteTo(stream);
        return stream.ToArray();
    }

    private string Save(byte[] bytes)
    {
        string file = Path.Combine(_folder.FullName, "1.snapshot");
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static void AssertSame(VectorNamespace expected, VectorNamespace actual)
    {
        using MemorySnapshot then = expected.Snapshot(), now = actual.Snapshot();
        Assert.Equal(then.Count, now.Count);
        foreach (string id in Enumerable.Range(0, 32).Select(SampleNamespace.Id).Concat(["fact", "late"]))
        {
            Assert.True(then.TryGet(id, out var before) && now.TryGet(id, out var after), id);
            now.TryGet(id, out after);
            Assert.Equal((before.Stamp, before.ValidFromMs, before.ValidUntilMs), (after!.Stamp, after.ValidFromMs, after.ValidUntilMs));
            Assert.Equal(before.Vector.ToArray(), after.Vector.ToArray());
            Assert.Equal(before.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal), after.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal));
        }
        // One list and few candidates: the answer depends on the lists and the codes.
        SearchOptions little = new() { Lists = 1, Candidates = 6 };
        foreach (float[] query in new float[][] { [1, 0.5f], [-1, 2], [0.25f, -1] })
        {
            Assert.Equal(then.Search(query, 5, little).Neighbours.Select(n => (n.Id, n.Score)), now.Search(query, 5, little).Neighbours.Select(n => (n.Id, n.Score)));
            Assert.Equal(then.Search(query, 40).Neighbours.Select(n => (n.Id, n.Score)), now.Search(query, 40).Neighbours.Select(n => (n.Id, n.Score)));
        }
    }

    private static void WriteHead(BinaryWriter to, long eventTime, long validUntil, long offset, int idBytes, int attributeBytes, int list, long validFrom = 0)
    {
        to.Write(eventTime);
        to.Write(validUntil);
        to.Write(offset);
        to.Write(idBytes);
        to.Write(attributeBytes);
        to.Write(list);
        to.Write(0);
        to.Write(validFrom);
    }

    private static void WriteBlock(Stream file, long number, uint kind, int items, byte[] payload)
    {
        using MemoryStream head = new();
        using BinaryWriter to = new(head);
        to.Write(kind);
        to.Write(items);
        to.Write((long)payload.Length);
        ulong seed = XxHash3.HashToUInt64(head.ToArray(), number);
        to.Write(XxHash3.HashToUInt64(payload, (long)seed));
        file.Write(head.ToArray());
        file.Write(payload);
    }
}
