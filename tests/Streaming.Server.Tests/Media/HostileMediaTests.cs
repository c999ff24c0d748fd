using Streaming.Models.Media;
using Streaming.Server.Workloads.Media;

namespace Streaming.Server.Tests.Media;

public sealed class HostileMediaTests
{
    private readonly MediaDecoder _decoder = new(new MediaLimits());

    public static TheoryData<string> Names => [.. HostileMedia.All.Select(s => s.Name)];

    public static TheoryData<string> OddNames => [.. OddMedia.All.Select(s => s.Name)];

    [Fact]
    public void The_corpus_is_large_and_its_names_are_different()
    {
        Assert.InRange(HostileMedia.All.Count, 30, 1_000);
        Assert.Equal(HostileMedia.All.Count, HostileMedia.All.Select(s => s.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_file_is_refused_with_field_value_and_rule(string name)
    {
        var sample = HostileMedia.All.Single(s => s.Name == name);
        var result = _decoder.Decode(sample.Data, sample.MimeType);

        Assert.Null(result.Image);
        Assert.NotNull(result.Fault);
        Assert.NotEqual(MediaVerdict.Decoded, result.Verdict);
        Assert.Contains(result.Fault.Field, (string[])["data", "mime_type"]);
        Assert.NotEmpty(result.Fault.Value);
        Assert.StartsWith($"media[3].{result.Fault.Field} = '", result.Fault.Of(3).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OddNames))]
    public void A_file_that_only_looks_suspicious_is_decoded(string name)
    {
        var sample = OddMedia.All.Single(s => s.Name == name);
        using var image = _decoder.Decode(sample.Data, sample.MimeType).Image;

        Assert.NotNull(image);
    }
}
