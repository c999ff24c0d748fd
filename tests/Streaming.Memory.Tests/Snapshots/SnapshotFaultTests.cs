using Streaming.Memory.Rules;
using Streaming.Memory.Snapshots;

namespace Streaming.Memory.Tests.Snapshots;

/// <summary>A snapshot that is not whole and right is refused, whatever is wrong with it, with its file and the reason.</summary>
public sealed class SnapshotFaultTests : IDisposable
{
    // One byte in so many; a prime, so that all places of a field come.
    private const int Sampled = 7;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streaming-snapshot-");
    private readonly ManualTime _time = new(4_000_000);
    private readonly byte[] _whole;

    public SnapshotFaultTests()
    {
        using var captured = SampleNamespace.Make(_time).Capture("c", SampleNamespace.Positions);
        using MemoryStream stream = new();
        captured.WriteTo(stream);
        _whole = stream.ToArray();
    }

    public static TheoryData<NamespaceOptions, string> Others => new()
    {
        { SampleNamespace.Options with { Name = "other" }, "namespace = sample, the namespace has other" },
        { SampleNamespace.Options with { Dimension = 3 }, "dimension = 2, the namespace has 3" },
        { SampleNamespace.Options with { Metric = Metric.L2 }, "metric = Dot, the namespace has L2" },
        { SampleNamespace.Options with { Format = VectorFormat.SinglePrecision }, "format = HalfPrecision, the namespace has SinglePrecision" },
        { SampleNamespace.Options with { TimeToLive = null }, "time_to_live_ms = 86400000, the namespace has 0" },
        { SampleNamespace.Options with { MaxEntries = 5 }, "max_entries = 1000, the namespace has 5" },
        { SampleNamespace.Options with { MaxTombstones = 11 }, "max_tombstones = 10, the namespace has 11" },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_flipped_bit_is_noticed_wherever_it_is()
    {
        Assert.Null(Refusal(_whole));
        for (int at = 0; at < _whole.Length; at += Sampled)
        {
            byte[] damaged = [.. _whole];
            damaged[at] ^= (byte)(1 << (at % 8));
            Assert.True(Refusal(damaged) is not null, $"bit {at % 8} of byte {at} was flipped and nobody noticed");
        }
    }

    [Fact]
    public void A_file_that_was_cut_off_is_noticed_wherever_it_ends()
    {
        for (int length = 0; length < _whole.Length; length += Sampled)
            Assert.True(Refusal(_whole[..length]) is not null, $"{length} of {_whole.Length} bytes were taken for all");
        Assert.Contains("1 bytes follow its end", Refusal([.. _whole, 0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_checksums_flipped_bits_would_be_taken_for_entries()
    {
        // The planted fault: whoever flips a bit also repairs the checksum, which is what a reader sees that does not check it.
        int unnoticed = 0;
        for (int at = SnapshotFormat.PreludeBytes; at < _whole.Length; at += Sampled)
        {
            byte[] damaged = [.. _whole];
            damaged[at] ^= 1;
            unnoticed += Refusal(Rehashed(damaged, at)) is null ? 1 : 0;
        }

        Assert.InRange(unnoticed, 50, _whole.Length);
    }

    [Fact]
    public void Blocks_in_another_order_or_left_out_are_noticed()
    {
        var blocks = Blocks(_whole);
        var prelude = _whole[..SnapshotFormat.PreludeBytes];
        for (int i = 1; i < blocks.Count; i++)
        {
            Assert.NotNull(Refusal([.. prelude, .. blocks.Where((_, number) => number != i).SelectMany(block => block)]));
            List<byte[]> swapped = [.. blocks];
            (swapped[i], swapped[i - 1]) = (swapped[i - 1], swapped[i]);
            Assert.NotNull(Refusal([.. prelude, .. swapped.SelectMany(block => block)]));
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void A_snapshot_of_a_namespace_with_other_options_is_refused(NamespaceOptions options, string reason) =>
        Assert.Contains(reason, Refusal(_whole, options), StringComparison.Ordinal);

    [Fact]
    public void Another_format_version_and_what_is_no_snapshot_are_told_apart()
    {
        byte[] newer = [.. _whole];
        newer[8] = 2;

        Assert.Contains("it is of format version 2, this program reads 1", Refusal(newer), StringComparison.Ordinal);
        Assert.Contains("it is no snapshot of a memory namespace", Refusal(new byte[100]), StringComparison.Ordinal);
        Assert.Contains("it ends after 0 bytes", Refusal([]), StringComparison.Ordinal);
        Assert.Throws<SnapshotException>(() => VectorNamespace.Restore(SampleNamespace.Options, _time, Path.Combine(_folder.FullName, "none")));
    }

    private string? Refusal(byte[] bytes, NamespaceOptions? options = null)
    {
        string file = Path.Combine(_folder.FullName, "1.snapshot");
        File.WriteAllBytes(file, bytes);
        try
        {
            VectorNamespace.Restore(options ?? SampleNamespace.Options, _time, file);
            return null;
        }
        catch (SnapshotException e)
        {
            Assert.Equal(file, e.Path);
            Assert.StartsWith($"snapshot '{file}' is refused: {e.Reason}", e.Message, StringComparison.Ordinal);
            return e.Message;
        }
    }

    // With the checksum of the block around a byte as it should be; unchanged where the lengths no longer fit.
    private static byte[] Rehashed(byte[] file, int changed)
    {
        for (int at = SnapshotFormat.PreludeBytes, number = 0; at < file.Length; number++)
        {
            long bytes = BitConverter.ToInt64(file, at + 8);
            int end = at + SnapshotFormat.BlockHeadBytes + (int)Math.Clamp(bytes, 0, int.MaxValue / 2);
            if (end > file.Length)
                return file;
            if (changed < end)
            {
                ulong hash = BlockChecksum.Of(file.AsSpan(at, SnapshotFormat.BlockHeadBytes), number, file.AsSpan(at + SnapshotFormat.BlockHeadBytes, end - at - SnapshotFormat.BlockHeadBytes));
                BitConverter.TryWriteBytes(file.AsSpan(at + 16), hash);
                return file;
            }
            at = end;
        }
        return file;
    }

    private static List<byte[]> Blocks(byte[] file)
    {
        List<byte[]> blocks = [];
        for (int at = SnapshotFormat.PreludeBytes; at < file.Length;)
        {
            int bytes = SnapshotFormat.BlockHeadBytes + (int)BitConverter.ToInt64(file, at + 8);
            blocks.Add(file[at..(at + bytes)]);
            at += bytes;
        }
        return blocks;
    }
}
