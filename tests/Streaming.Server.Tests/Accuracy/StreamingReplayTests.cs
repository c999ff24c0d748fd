using Streaming.Models.Encoders;
using Streaming.Models.Hstu;
using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class StreamingReplayTests
{
    private static readonly SequenceLog Log = SequenceLog.Read(Streaming.Server.Workloads.DataSets.Open(SmallDataSet.First.Folder));
    private static readonly HstuModel Model = HstuDefaultModel.Create();

    [Fact]
    public void Every_embedding_is_the_one_of_its_user_fed_alone()
    {
        var items = Items();
        using var engine = Engine(batch: 7);
        var embeddings = StreamingReplay.Embed(Log, items, engine, _ => { }, CancellationToken.None);

        var action = Model.Config.FindAction("rating");
        var expected = new float[Model.Config.OutputWidth];
        using var alone = Engine(batch: 1);
        foreach (var user in new[] { 0, 6, 7, Log.UserCount - 1 })
        {
            using var sequence = alone.CreateSequence();
            for (var i = Log.Start(user); i < Log.End(user); i++)
            {
                alone.Step([new(sequence, new(items[Log.Items[i]], action, Log.Times[i]))], expected);
                Assert.Equal(expected, embeddings[(i * expected.Length)..((i + 1) * expected.Length)]);
            }
        }
    }

    [Fact]
    public void A_model_that_does_not_know_the_action_is_refused()
    {
        var model = HstuModel.Seeded(HstuDefaultModel.Config with { Actions = ["click"] }, 1, "clicks");
        using var engine = Engine(batch: 4, model);
        var error = Assert.Throws<ArgumentException>(() => StreamingReplay.Embed(Log, Items(), engine, _ => { }, CancellationToken.None));
        Assert.Contains("'rating'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_of_another_width_are_refused()
    {
        using var engine = Engine(batch: 4);
        var items = new ItemVectors(new float[SmallDataSet.Films * 8], 8);
        Assert.Throws<ArgumentException>(() => StreamingReplay.Embed(Log, items, engine, _ => { }, CancellationToken.None));
    }

    private static CpuHstuEngine Engine(int batch, HstuModel? model = null) =>
        new(model ?? Model, new HstuEngineOptions { CapacityBytes = 256 << 20, KvPrecision = HstuKvPrecision.Fp32, MaxBatch = batch });

    private static ItemVectors Items()
    {
        using var encoder = CreativeEncoder.Load(RepositoryFiles.PathOf("models/encoder-default"));
        return ItemVectors.Encode(Log.Creatives, encoder, CancellationToken.None);
    }
}
