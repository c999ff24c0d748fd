using System.Globalization;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Streaming.Core.Contracts;
using Streaming.Models.Media;
using Streaming.Runtime.Records;
using Streaming.Server.Workloads.Media;

namespace Streaming.Server.Tests.Media;

/// <summary>Media through the whole program, on its built-in cluster.</summary>
public sealed class CreativesRoleTests
{
    // The built-in cluster keeps 5 MiB of a partition.
    private static IReadOnlyList<MediaSample> Hostile { get; } = [.. HostileMedia.All.Where(s => s.Data.Length < 1 << 20)];

    [Fact]
    public async Task Every_hostile_file_is_a_dead_letter_with_its_reason_and_a_good_creative_behind_them_is_understood()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var state = new TestDirectory();
        using var instance = await ServerInstance.StartAsync(topology, state.Path, "--roles", "creatives");
        using var producer = new TestProducer(instance.BootstrapServers, topology.Topology);
        using var progress = new TopicProgress(instance.BootstrapServers);
        await instance.ReadyAsync();

        // All with one key: they are of one partition, in this order.
        foreach (var sample in Hostile)
            await producer.SendRawAsync(topology.Topics.Creatives.Name, "creative", With("Bad", Medium(sample.MimeType, sample.Data)));
        await producer.SendAsync(With("Good", Medium("image/jpeg", SamplePicture.Encode(ImageType.Jpeg, 160, 90))));

        await progress.ReachesAsync(topology.Topics.CreativeFeatures.Name, 1);
        var letters = await TopicRecords.ReadAsync(instance.BootstrapServers, DeadLetterHeaders.TopicOf(topology.Topics.Creatives.Name));
        Assert.Equal(Hostile.Count, letters.Count);
        foreach (var (sample, letter) in Hostile.Zip(letters))
        {
            Assert.Equal(sample.Data, Creative.Parser.ParseFrom(letter.Value).Media[0].Data.ToByteArray());
            Assert.Equal("invalid", Header(letter, DeadLetterHeaders.Class));
            Assert.Matches(@"^media\[0\]\.(data|mime_type) = '.*': must ", Header(letter, DeadLetterHeaders.Message));
        }
        var features = await OnlyFeaturesAsync(instance, topology);
        Assert.Equal("Good", features.Title);
        Assert.Equal("landscape", features.Tags.ScreenOrientation);
        Assert.Equal(160.0 / 90, features.Tags.Ratio);
        Assert.True(features.Tags.HasBrightness && features.Tags.HasClarity && features.Tags.HasColor && features.Tags.HasTone);
        Assert.False(features.Tags.HasPerson || features.Tags.HasObjectType || features.Tags.HasDuration);

        var metrics = await instance.MetricsAsync();
        Assert.Equal(Hostile.Count, metrics.Sum("streaming_media_refused_total"));
        Assert.Equal(1, metrics.Sum("streaming_media_decode_duration_seconds_count", ("type", "jpeg")));
    }

    [Fact]
    public async Task Media_by_URI_keep_the_order_and_a_host_that_hangs_is_a_dead_letter()
    {
        var picture = SamplePicture.Encode(ImageType.Png, 90, 160);
        await using var host = await MediaHost.StartAsync(c => c.Request.Path == "/hangs" ? HangAsync(c) : c.Response.Body.WriteAsync(picture).AsTask());
        using var topology = new TestTopology(TestTopology.NewPrefix(), edit: text => TestTopology.Replace(
            text, "creatives:\n  encoder", $"creatives:\n  media: {{ fetch: {{ allow: [\"{host.Authority}\"], allow_private: true, timeout: 5s }} }}\n  encoder"));
        using var state = new TestDirectory();
        using var instance = await ServerInstance.StartAsync(topology, state.Path, "--roles", "creatives");
        using var producer = new TestProducer(instance.BootstrapServers, topology.Topology);
        using var progress = new TopicProgress(instance.BootstrapServers);
        await instance.ReadyAsync();

        var sent = Enumerable.Range(0, 40).Select(i => With(Number(i), new CreativeMedia { Uri = host.Uri(i % 10 == 3 ? "/hangs" : $"/{i}.png") })).ToList();
        await Task.WhenAll(sent.Select(c => producer.SendRawAsync(topology.Topics.Creatives.Name, "creative", c)));

        await progress.ReachesAsync(topology.Topics.CreativeFeatures.Name, 36);
        var features = await FeaturesAsync(instance, topology);
        Assert.Equal(sent.Select(c => c.Texts[0].Text).Where((_, i) => i % 10 != 3), features.Select(f => f.Title));
        Assert.All(features, f => Assert.Equal("portrait", f.Tags.ScreenOrientation));
        var letters = await TopicRecords.ReadAsync(instance.BootstrapServers, DeadLetterHeaders.TopicOf(topology.Topics.Creatives.Name));
        Assert.Equal(4, letters.Count);
        Assert.All(letters, l => Assert.Equal($"media[0].uri = '{host.Uri("/hangs")}': did not come within 5 s", Header(l, DeadLetterHeaders.Message)));
        Assert.All(letters, l => Assert.Equal(("failed", "fetch"), (Header(l, DeadLetterHeaders.Class), Header(l, DeadLetterHeaders.Stage))));
    }

    [Fact]
    public async Task A_URI_without_an_allow_list_and_a_video_without_a_decoder_are_told()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix(), edit: text => TestTopology.Replace(text, "creatives:\n  encoder", "creatives:\n  media: { video: { decoder: none } }\n  encoder"));
        using var state = new TestDirectory();
        using var instance = await ServerInstance.StartAsync(topology, state.Path, "--roles", "creatives");
        using var producer = new TestProducer(instance.BootstrapServers, topology.Topology);
        using var progress = new TopicProgress(instance.BootstrapServers);
        await instance.ReadyAsync();

        await producer.SendRawAsync(topology.Topics.Creatives.Name, "creative", With("By URI", new CreativeMedia { Uri = "https://example.com/a.png" }));
        await producer.SendAsync(With("Video", new CreativeMedia { MimeType = "video/mp4", Data = ByteString.CopyFromUtf8("anything"), DurationMs = 5_500 }));

        await progress.ReachesAsync(topology.Topics.CreativeFeatures.Name, 1);
        var letter = Assert.Single(await TopicRecords.ReadAsync(instance.BootstrapServers, DeadLetterHeaders.TopicOf(topology.Topics.Creatives.Name)));
        Assert.Contains("media[0].uri = 'https://example.com/a.png': cannot be got: creatives.media.fetch.allow", Header(letter, DeadLetterHeaders.Message), StringComparison.Ordinal);
        var features = await OnlyFeaturesAsync(instance, topology);
        Assert.Equal(("Video", 5.5), (features.Title, features.Tags.Duration));
        Assert.False(features.Tags.HasScreenOrientation || features.Tags.HasBrightness);
        Assert.Equal(1, (await instance.MetricsAsync()).Sum("streaming_media_skipped_total", ("reason", "no_video_decoder")));
    }

    private static Creative With(string title, CreativeMedia medium)
    {
        var creative = TestProducer.Creative("creative", title);
        creative.Media.Add(medium);
        return creative;
    }

    private static CreativeMedia Medium(string mimeType, byte[] data) => new() { MimeType = mimeType, Data = ByteString.CopyFrom(data) };

    private static async Task<CreativeFeatures> OnlyFeaturesAsync(ServerInstance instance, TestTopology topology) => Assert.Single(await FeaturesAsync(instance, topology));

    private static async Task<List<CreativeFeatures>> FeaturesAsync(ServerInstance instance, TestTopology topology) =>
        [.. (await TopicRecords.ReadAsync(instance.BootstrapServers, topology.Topics.CreativeFeatures.Name)).Select(r => CreativeFeatures.Parser.ParseFrom(r.Value))];

    private static string Header(InputRecord record, string name) => Encoding.UTF8.GetString(record.Headers.Last(h => h.Name == name).Value);

    private static string Number(int i) => i.ToString("00", CultureInfo.InvariantCulture);

    private static async Task HangAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        await using var _ = context.RequestAborted.Register(() => aborted.SetResult());
        await aborted.Task;
    }
}
