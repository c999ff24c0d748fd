using Streaming.Core.Contracts;
using Streaming.Core.Partitioning;
using Streaming.Models.Encoders;
using Streaming.Server.Encoders;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Encoders;

public sealed class EncoderEvaluationTests
{
    [Fact]
    public void Pairs_of_test_users_are_held_out_and_cold_creatives_are_trained_on_by_nobody()
    {
        var pairs = CoInteractions.Read(new TwoKinds(), CancellationToken.None);
        // Every user saw every second creative in order, and so gives the same pairs; they count once.
        Assert.Equal(Enumerable.Range(0, 19).Select(i => (2 * i, 2 * (i + 1))), pairs.Test);
        var cold = Enumerable.Range(0, 40).Where(i => Murmur2.Partition($"c{i}", 10) == 0).ToList();
        Assert.NotEmpty(cold);
        Assert.Empty(pairs.Trained.Intersect(cold));
        Assert.All(pairs.Trained, i => Assert.Equal(0, i % 2));
    }

    [Fact]
    public async Task An_encoder_that_sees_the_kind_finds_what_chance_does_not()
    {
        var dataSet = new TwoKinds();
        var evaluation = new EncoderEvaluation("two kinds", dataSet, CoInteractions.Read(dataSet, CancellationToken.None));
        using var encoder = CreativeEncoder.Load(RepositoryFiles.PathOf("models/encoder-default"));
        var figures = await Progress.RunAsync(true, progress => Task.FromResult(evaluation.Of(encoder, progress, CancellationToken.None)));
        // 20 creatives of a kind, of which one is the question: ten of the other nineteen are found, were the order among them chance.
        Assert.Equal(19, figures.Pairs);
        Assert.True(figures.Recall10 > evaluation.Chance().Recall10, figures.Text);
    }

    /// <summary>Shoes at even places, coffee at odd ones; thirty users who like shoes.</summary>
    private sealed class TwoKinds : IDataSet
    {
        public string Name => "two kinds";

        public IEnumerable<WorkloadRecord> Read()
        {
            var index = 0;
            for (var i = 0; i < 40; i++)
            {
                var text = i % 2 == 0 ? $"running shoes number {i}" : $"roasted coffee beans {i}";
                yield return WorkloadRecord.Of(index++, new Creative { CreativeId = $"c{i}", Texts = { new CreativeText { Role = "title", Text = text } } });
            }
            for (var user = 0; user < 30; user++)
            {
                for (var i = 0; i < 40; i += 2)
                    yield return WorkloadRecord.Of(index++, new UserEvent { EventId = $"{user}-{i}", UserId = $"u{user}", CreativeId = $"c{i}", Action = "purchase" });
            }
        }
    }
}
