using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Tests.Concurrency;

/// <summary>
/// What keeps memory under a reader: its slot, its pin, and that it looks for the newest version again once it has a slot. A reader stands still at
/// each point at which it can, while the writer replaces all that it may meet and uses the space again. Each protection is also taken away, and that is
/// caught by the same check in the same interleaving. Entries that stay keep pages and slabs alive, so that an unprotected reader meets other rows
/// and not memory that is gone.
/// </summary>
public sealed class ReaderProtectionTests
{
    private const int Fillers = 120;
    private const int Staying = 40;
    private static readonly SearchOptions Pausable = PairProtocol.Everything with { Budget = TimeSpan.FromHours(1) };
    private readonly ManualTime _time = new(1);
    private int _generation;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_search_that_stands_still_anywhere_answers_for_its_version(bool isTrained)
    {
        var violations = AtEachPause(isTrained, memory => memory.Versions);

        Assert.True(violations.Count > 3, $"the search could stand still {violations.Count} times");
        Assert.All(violations, Assert.Null);
    }

    /// <summary>The planted fault: the reader takes its slot where the writer does not look, which is what a slot without its fence comes to.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_planted_reader_without_a_slot_is_caught_wherever_it_stands_still(bool isTrained)
    {
        var violations = AtEachPause(isTrained, memory =>
        {
            VersionLog unseen = new(memory.Options.Retention, 1);
            unseen.Publish(memory.Versions.Newest);
            return unseen;
        });

        Assert.All(violations, Assert.NotNull);
    }

    [Fact]
    public void A_snapshot_answers_for_its_version_after_all_of_it_was_replaced()
    {
        var memory = Make(isTrained: false);
        using MemorySnapshot snapshot = memory.Snapshot();
        ReplaceAll(memory);

        Assert.Null(PairProtocol.Violation(snapshot));
    }

    [Fact]
    public void A_planted_snapshot_whose_version_is_not_pinned_is_caught()
    {
        var memory = Make(isTrained: false);
        using MemorySnapshot snapshot = new(memory.Reader, Unpinned(memory.Versions.Newest), nowMs: 1);
        ReplaceAll(memory);

        Assert.NotNull(PairProtocol.Violation(snapshot));
    }

    [Fact]
    public void A_search_that_waits_for_its_slot_answers_for_a_version_published_since()
    {
        var memory = Make(isTrained: false);
        // Of versions to come: they hold nothing back.
        MemoryVersion later = Unpinned(memory.Versions.Newest, long.MaxValue - 2);
        var slots = Enumerable.Range(0, ReaderSlots.Count).Select(_ => memory.Versions.Enter(later)).ToList();
        long before = memory.Version;
        SearchResult? found = null;
        Thread reader = new(() => found = memory.Search(PairProtocol.Probe, PairProtocol.Asked, PairProtocol.Everything)) { IsBackground = true };
        reader.Start();
        // It has looked for the newest version, and sleeps between looks at the slots.
        SpinWait.SpinUntil(() => reader.ThreadState.HasFlag(ThreadState.WaitSleepJoin));

        ReplaceAll(memory);
        slots.ForEach(memory.Versions.Leave);
        reader.Join();

        Assert.Null(PairProtocol.Violation(found!));
        Assert.True(found!.Version > before);
    }

    /// <summary>The planted fault: the version from before the slot is searched.</summary>
    [Fact]
    public void A_planted_search_that_does_not_look_for_the_newest_version_again_is_caught()
    {
        var memory = Make(isTrained: false);
        MemoryVersion before = memory.Versions.Newest;
        ReplaceAll(memory);

        Assert.NotNull(PairProtocol.Violation(memory.Reader.Search(before, nowMs: 1, PairProtocol.Probe, PairProtocol.Asked, PairProtocol.Everything)));
    }

    private List<string?> AtEachPause(bool isTrained, Func<VectorNamespace, VersionLog> versions)
    {
        List<string?> violations = [];
        while (true)
        {
            var memory = Make(isTrained);
            PausingTime time = new(violations.Count, () => ReplaceAll(memory));
            NamespaceReader reader = new(memory.Parts with { Versions = versions(memory), Time = time });
            string? violation = PairProtocol.Violation(reader.Search(nowMs: 1, PairProtocol.Probe, PairProtocol.Asked, Pausable));
            if (!time.HasPaused)
                return violations;
            violations.Add(violation);
        }
    }

    /// <summary>Replaces the pair and its neighbours until the rows of before are used again, unless somebody is protected from that.</summary>
    private void ReplaceAll(VectorNamespace memory)
    {
        for (int round = 0; round < 4; round++)
        {
            Write(memory);
            for (int publish = 0; publish < 4; publish++)
                memory.Publish();
        }
    }

    private VectorNamespace Make(bool isTrained)
    {
        VectorNamespace memory = new(
            new()
            {
                Name = "protected",
                Dimension = PairProtocol.Dimension,
                Metric = Metric.Dot,
                Format = VectorFormat.SinglePrecision,
                ChunkEntries = 32,
                PageRows = 4_096,
                TrainAt = isTrained ? 64 : 1_000_000,
                EntriesPerList = 16,
            },
            _time,
            train => Task.FromResult(train()));
        for (int i = 0; i < Staying; i++)
            memory.Upsert($"stays-{i}", Far(i), null, new(1, "s", i));
        Write(memory);
        while (memory.Publish() < 1 || memory.HasUpkeep())
        {
        }
        if (isTrained)
            Train(memory);
        return memory;
    }

    private static void Train(VectorNamespace memory)
    {
        memory.Retrain();
        for (int publish = 0; publish < 4 || memory.HasUpkeep(); publish++)
            memory.Publish();
        Assert.True(memory.Lists > 1);
    }

    private void Write(VectorNamespace memory)
    {
        int generation = ++_generation;
        for (int i = 0; i < Fillers; i++)
        {
            if (i == Fillers / 2)
                PairProtocol.Write(memory, "left", generation);
            memory.Upsert($"filler-{i}", Far(i), null, new(generation, "s", generation));
        }
        PairProtocol.Write(memory, "right", generation);
    }

    // Scores below the pair.
    private static float[] Far(int i) => [.. PairProtocol.VectorOf(i % 7).Select(x => x - 1)];

    private static MemoryVersion Unpinned(MemoryVersion version, long? number = null)
    {
        MemoryVersion same = new(number ?? version.Number, version.PublishedAtMs, version.Sizes);
        same.TryPin(); // Of itself: the log does not know of it.
        return same;
    }
}
