using Streaming.Models.Media;

namespace Streaming.Models.Encoders;

/// <summary>
/// Proves, when an encoder is loaded, that what its manifest lets share a run gives the same bits as alone. A model that breaks this (one
/// that quantises its activations as it runs, for example) would make features that depend on the traffic.
/// </summary>
internal static class BatchProbe
{
    private static readonly string[] TextProbes =
    [
        "", "shoes", "Light running shoes, 20% off", "Fresh roasted coffee beans delivered to your door every month",
        "See three cities in a week with early bird fares: free cancellation, and the children travel at half price until the end of May", "beans", "Shoes",
    ];

    public static IEnumerable<string> Texts(TextTower tower)
    {
        var batch = Enumerable.Range(0, Math.Min(tower.BatchMax, 4 * TextProbes.Length)).Select(i => TextProbes[i % TextProbes.Length]).ToList();
        return Differs("text", tower.BatchMax, batch.Count, tower.Width, (vectors, max) => tower.Encode(batch, vectors, max));
    }

    public static IEnumerable<string> Images(ImageTower tower)
    {
        var batch = Enumerable.Range(0, Math.Min(tower.BatchMax, 3)).Select(Picture).ToList();
        var violations = Differs("image", tower.BatchMax, batch.Count, tower.Width, (vectors, max) => tower.Encode(batch, vectors, max)).ToList();
        batch.ForEach(picture => picture.Dispose());
        return violations;
    }

    private static IEnumerable<string> Differs(string section, int batchMax, int count, int width, Action<float[], int> encode)
    {
        if (batchMax == 1)
            yield break;
        float[] together = new float[count * width], alone = new float[count * width];
        encode(together, batchMax);
        encode(alone, 1);
        for (var i = 0; i < count; i++)
        {
            if (together.AsSpan(i * width, width).SequenceEqual(alone.AsSpan(i * width, width)))
                continue;
            yield return $"{section}.batch_max is {batchMax}, but probe {i} of {count} has another vector in a batch than alone; the model needs batching '{BatchingKinds.Alone}'.";
            yield break;
        }
    }

    private static DecodedImage Picture(int seed)
    {
        var image = DecodedImage.Rent(32 + seed, 24);
        for (var i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)((i * (7 + seed)) + (i / 96 * 13));
        return image;
    }
}
