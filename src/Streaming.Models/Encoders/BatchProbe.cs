using Streaming.Models.Media;

namespace Streaming.Models.Encoders;

/// <summary>
/// Checks, when an encoder is loaded, that probes which share a run have the same bits as alone. A model that breaks this (one that quantises
/// its activations as it runs, for example) would make features that depend on the traffic. It is a check, no proof: it finds a model that looks
/// at its neighbours, not every rounding.
/// </summary>
internal static class BatchProbe
{
    private const int LargestBatch = 64;

    private static readonly string[] TextProbes =
    [
        "", "shoes", "Light running shoes, 20% off", "Fresh roasted coffee beans delivered to your door every month",
        "See three cities in a week with early bird fares: free cancellation, and the children travel at half price until the end of May", "beans", "Shoes",
    ];

    public static IEnumerable<string> Texts(TextTower tower) =>
        Differs("text", tower.BatchMax, i => TextProbes[i % TextProbes.Length], tower.Width, tower.Encode);

    public static IEnumerable<string> Images(ImageTower tower)
    {
        var pictures = Enumerable.Range(0, Math.Min(tower.BatchMax, LargestBatch)).Select(Picture).ToList();
        var violations = Differs("image", tower.BatchMax, i => pictures[i], tower.Width, tower.Encode).ToList();
        pictures.ForEach(picture => picture.Dispose());
        return violations;
    }

    private delegate void Encode<T>(IReadOnlyList<T> inputs, Span<float> vectors, int batchMax);

    // Kernels go by blocks of rows, so several sizes are tried.
    private static IEnumerable<string> Differs<T>(string section, int batchMax, Func<int, T> probe, int width, Encode<T> encode)
    {
        int[] sizes = [.. new[] { 2, 3, 7, batchMax }.Where(size => size <= batchMax).Select(size => Math.Min(size, LargestBatch)).Distinct()];
        if (batchMax == 1)
            yield break;
        var inputs = Enumerable.Range(0, sizes.Max()).Select(probe).ToList();
        var alone = new float[inputs.Count * width];
        encode(inputs, alone, 1);
        foreach (var size in sizes)
        {
            var together = new float[size * width];
            encode(inputs[..size], together, batchMax);
            var same = together.AsSpan().CommonPrefixLength(alone) / width;
            if (same == size)
                continue;
            yield return $"{section}.batch_max is {batchMax}, but probe {same} of {size} has another vector in a batch than alone; the model needs batching '{BatchingKinds.Alone}'.";
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
