using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Registry;
using Streaming.Runtime.Tests.Fakes;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Tests.Registry;

public sealed class PromotionFollowerTests : IDisposable
{
    private readonly World _world = new();
    private readonly Loader _loader = new();
    private readonly CreativeTables _tables;
    private readonly SequenceBatcher _batcher;
    private readonly PromotionFollower _follower;

    public PromotionFollowerTests()
    {
        _tables = new(_world.Log, "creative-features", new("", ""), NullLogger.Instance);
        _batcher = new(new FakeSequenceModel("m0"), _tables.First, new SequenceCache(1 << 20, _world.Metrics), new BatchOptions(), _world.Metrics, _world.Clock, NullLogger.Instance);
        _follower = new(_world.Log, "model-registry", ("m0", "sha of m0"), _loader, _tables, _batcher, _world.Metrics, NullLogger.Instance);
    }

    public void Dispose()
    {
        _tables.Dispose();
        _batcher.Dispose();
        _world.Dispose();
    }

    [Fact]
    public void A_start_loads_only_the_model_in_effect()
    {
        Promote("m0");
        Promote("m1");
        Promote("m2");
        Assert.Empty(_loader.Loaded);
        Assert.False(_follower.CaughtUp.IsCompleted);

        _follower.CatchUp();

        Assert.True(_follower.CaughtUp.IsCompletedSuccessfully);
        Assert.Equal(["m2"], _loader.Loaded);
        Assert.Equal("m2", Running());
    }

    [Fact]
    public void The_configured_model_is_not_loaded_again()
    {
        Promote("m0");
        _follower.CatchUp();

        Assert.Empty(_loader.Loaded);
        Assert.Equal("m0", Running());
    }

    [Fact]
    public void Promotions_and_roll_backs_are_followed_while_running()
    {
        _follower.CatchUp();

        Promote("m1");
        Assert.Equal("m1", Running());
        Promote("m0");
        Assert.Equal("m0", Running());
        Assert.Equal(["m1", "m0"], _loader.Loaded);
    }

    [Fact]
    public void A_refused_model_changes_nothing_and_the_next_one_is_followed()
    {
        _follower.CatchUp();
        _loader.Refused = "m1";

        Promote("m1");
        Assert.Equal("m0", Running());
        Promote("m0");
        Promote("m2");

        Assert.Equal("m2", Running());
        Assert.Equal(["m2"], _loader.Loaded);
    }

    [Fact]
    public void What_is_no_promotion_is_left_out()
    {
        _follower.CatchUp();
        _follower.Apply(_world.Send("model-registry", "users/m1", [0xFF]));

        Assert.Equal("m0", Running());
    }

    private void Promote(string version)
    {
        var promotion = new ModelPromotion { Role = "users", ModelVersion = version, Location = version, WeightsSha256 = $"sha of {version}" };
        _follower.Apply(_world.Log.Append(new("model-registry", Encoding.UTF8.GetBytes(ModelRegistry.KeyOf("users", version)), promotion.ToByteArray(), [])));
    }

    // An offer is taken at the next event.
    private string Running()
    {
        _batcher.Begin();
        return _batcher.Model.Version;
    }

    private sealed class Loader : ISequenceModelLoader
    {
        public string? Refused { get; set; }

        public List<string> Loaded { get; } = [];

        public ISequenceModel Load(ModelPromotion promotion)
        {
            if (promotion.ModelVersion == Refused)
                throw new ModelRefusedException("no such folder");
            Loaded.Add(promotion.ModelVersion);
            return new FakeSequenceModel(promotion.ModelVersion);
        }
    }
}
