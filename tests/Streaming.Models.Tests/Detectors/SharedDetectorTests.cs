using System.Globalization;
using System.Text.Json.Nodes;
using Streaming.Core.Contracts;
using Streaming.Models.Media;
using Streaming.Models.Tests.Encoders;

namespace Streaming.Models.Tests.Detectors;

/// <summary>The pre-trained detectors beside the repository, by manifest alone, against what their makers computed.</summary>
public sealed class SharedDetectorTests
{
    [SharedModelFact("face")]
    public void Faces_are_those_of_the_reference() => DetectsAsReference("face", "faces", _ => (3, 3));

    [SharedModelFact("person")]
    public void Persons_are_those_of_the_reference() => DetectsAsReference("person", "persons", image => (0.02f * image.Width, 0.02f * image.Height));

    [SharedModelFact("ocr")]
    public void Text_is_that_of_the_reference()
    {
        using var shared = new SharedTagger("ocr");
        var samples = 0;
        foreach (var (name, image, expected) in shared.Samples())
        {
            var lines = shared.Tagger.Read(image);
            var found = expected["found"]!.AsArray();
            Assert.Equal(found.Select(f => (string)f!["text"]!), lines.Select(l => l.Text));
            foreach (var (line, wanted) in lines.Zip(found))
            {
                var box = Numbers(wanted!["box"]!);
                foreach (var (edge, want) in new[] { line.Box.Left, line.Box.Top, line.Box.Right, line.Box.Bottom }.Zip(box))
                    Assert.InRange(edge, want - 2, want + 2);
                Assert.InRange(line.BoxScore, (float)wanted["box_score"]! - 0.02f, (float)wanted["box_score"]! + 0.02f);
                Assert.InRange(line.TextScore, (float)wanted["text_score"]! - 0.02f, (float)wanted["text_score"]! + 0.02f);
                var colour = Convert.FromHexString(((string)wanted["text_colour"]!)[1..]);
                foreach (var (channel, want) in new[] { line.Colour.Red, line.Colour.Green, line.Colour.Blue }.Zip(colour))
                    Assert.True(Math.Abs(channel - want) <= 4, $"{name} '{line.Text}': colour {line.Colour}, reference {wanted["text_colour"]}");
            }
            samples++;
        }
        Assert.Equal(4, samples);
    }

    [SharedModelFact("ocr")]
    public void Words_in_a_picture_are_given_back_and_their_colour_is_a_family()
    {
        using var shared = new SharedTagger("ocr");
        using var banner = Banner(shared);
        var tags = new CreativeTags();
        Assert.Equal(["SUMMER", "SALE", "Up to 50% off shoes", "Shop now"], shared.Tagger.Fill([banner], tags));
        Assert.Equal("yellow", tags.TextColor);
        Assert.False(tags.HasPerson || tags.HasObjectType);
    }

    [SharedModelFact("person")]
    public void A_person_is_a_tag_and_none_is_one_too()
    {
        using var shared = new SharedTagger("person");
        foreach (var (_, image, expected) in shared.Samples())
        {
            var tags = new CreativeTags();
            Assert.Empty(shared.Tagger.Fill([image], tags));
            Assert.Equal(expected["persons"]!.AsArray().Count > 0, tags.Person);
            Assert.False(tags.HasTextColor || tags.HasObjectType || tags.HasText);
        }
    }

    private static DecodedImage Banner(SharedTagger shared) =>
        new MediaDecoder(new MediaLimits()).Decode(File.ReadAllBytes(Path.Combine(SharedModels.Folder(shared.Model), "samples", "banner_300x250.png")), "").Image!;

    private static void DetectsAsReference(string model, string field, Func<DecodedImage, (float X, float Y)> tolerance)
    {
        using var shared = new SharedTagger(model);
        var (samples, things) = (0, 0);
        foreach (var (name, image, expected) in shared.Samples())
        {
            var found = Assert.Single(shared.Tagger.DetectPersons(image));
            var wanted = expected[field]!.AsArray();
            Assert.True(wanted.Count == found.Count, string.Create(CultureInfo.InvariantCulture, $"{name}: {found.Count} found, {wanted.Count} in the reference"));
            var (x, y) = tolerance(image);
            foreach (var (detection, want) in found.Zip(wanted))
            {
                var box = Numbers(want!["box"]!);
                Assert.InRange(detection.Left, box[0] - x, box[0] + x);
                Assert.InRange(detection.Top, box[1] - y, box[1] + y);
                Assert.InRange(detection.Right, box[2] - x, box[2] + x);
                Assert.InRange(detection.Bottom, box[3] - y, box[3] + y);
                Assert.InRange(detection.Score, (float)want["score"]! - 0.02f, (float)want["score"]! + 0.02f);
            }
            (samples, things) = (samples + 1, things + found.Count);
        }
        Assert.True(samples >= 8 && things == 3, $"{samples} samples with {things}");
    }

    private static float[] Numbers(JsonNode node) => [.. node.AsArray().Select(n => (float)n!)];
}
