using System.Diagnostics.Metrics;
using FsCheck.Fluent;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Creatives;

/// <summary>The laws of collision ordinals: unique over all instances, the same on every replay, whoever owns the partition.</summary>
public sealed class CollisionRegistryTests
{
    private const int Partitions = 3;

    [Fact]
    public void Ids_are_unique_over_all_partitions_and_the_same_for_every_owner()
    {
        var sends = Gen.ArrayOf(from creative in Gen.Choose(0, 30) from codes in Gen.Choose(0, 2) from codebook in Gen.Choose(1, 2) from handOver in Gen.Choose(0, 3) select (creative, codes, codebook, handOver == 0), 80);
        Prop.ForAll(sends.ToArbitrary(), Holds).QuickCheckThrowOnFailure(seed: 20260205, maxTest: 100);

        static bool Holds((int Creative, int Codes, int Codebook, bool HandOver)[] sent)
        {
            var steady = new Owners();
            var handed = new Owners();
            for (var offset = 0; offset < sent.Length; offset++)
            {
                var (creative, codes, codebook, handOver) = sent[offset];
                if (handOver)
                    handed.HandOver();
                var id = steady.Give(creative, codes, codebook, offset);
                if (id != handed.Give(creative, codes, codebook, offset) || id != handed.Give(creative, codes, codebook, offset))
                    return false;
            }
            return steady.NoneShared();
        }
    }

    [Fact]
    public void A_shared_ordinal_would_be_seen()
    {
        // The property above says something only if two owners that do not know of each other fail it.
        var owners = new Owners(separate: false);
        owners.Give(creative: 0, codes: 1, codebook: 1, offset: 0);
        owners.Give(creative: 1, codes: 1, codebook: 1, offset: 1);
        Assert.False(owners.NoneShared());
    }

    [Fact]
    public void What_became_of_each_id_is_counted()
    {
        using var metrics = new RuntimeMetrics();
        List<string> outcomes = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "streaming.semantic_id.given")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => outcomes.Add((string)tags[0].Value!));
        listener.Start();
        var registry = new CollisionRegistry(new MemoryState(), "c", partition: 1, Partitions, metrics);
        registry.Assign("a", [3], 0);
        registry.Assign("b", [3], 1);
        registry.Assign("a", [3], 2);
        Assert.Equal(["first", "collided", "kept"], outcomes);
    }

    /// <summary>The partitions' registries over their states, which outlive the owners.</summary>
    private sealed class Owners(bool separate = true)
    {
        private readonly MemoryState[] _states = [.. Enumerable.Range(0, Partitions).Select(_ => new MemoryState())];
        private readonly Dictionary<(int Codebook, int Creative), string> _given = [];
        private Dictionary<(int Partition, int Codebook), CollisionRegistry> _registries = [];

        /// <summary>Other instances go on from the states.</summary>
        public void HandOver() => _registries = [];

        public string Give(int creative, int codes, int codebook, int offset)
        {
            var partition = creative % Partitions;
            if (!_registries.TryGetValue((partition, codebook), out var registry))
                _registries.Add((partition, codebook), registry = new(_states[partition], $"codebook-{codebook}", separate ? partition : 0, separate ? Partitions : 1));
            return _given[(codebook, creative)] = $"{codebook}: {registry.Assign($"c{creative}", [codes], offset)}";
        }

        /// <summary>Whether no two creatives hold the same ID of a codebook.</summary>
        public bool NoneShared() => _given.Values.Distinct().Count() == _given.Count;
    }
}
