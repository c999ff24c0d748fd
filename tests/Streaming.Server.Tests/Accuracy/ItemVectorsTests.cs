using Streaming.Models.Weights;
using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class ItemVectorsTests
{
    private static readonly SequenceLog Log = SmallLog.Of(3, (1, 1, 1_000_000_000));

    [Fact]
    public void Vectors_are_found_by_creative_ID_whatever_their_order()
    {
        using var folder = Write(["movie-3", "movie-1", "movie-9", "movie-2"], 4);
        var items = ItemVectors.Load(folder.Path, Log.Creatives);
        Assert.Equal((3, 2), (items.Count, items.Width));
        Assert.Equal([2f, 3, 6, 7, 0, 1], Enumerable.Range(0, 3).SelectMany(i => items[i].ToArray()));
    }

    [Fact]
    public void A_creative_without_a_vector_is_named()
    {
        using var folder = Write(["movie-3", "movie-1"], 2);
        Assert.Contains("movie-2", Assert.Throws<ModelFormatException>(() => ItemVectors.Load(folder.Path, Log.Creatives)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_number_of_IDs_than_of_vectors_is_refused()
    {
        using var folder = Write(["movie-1", "movie-2", "movie-3"], 4);
        Assert.Contains("3 lines", Assert.Throws<ModelFormatException>(() => ItemVectors.Load(folder.Path, Log.Creatives)).Message, StringComparison.Ordinal);
    }

    private static TestDirectory Write(string[] ids, int rows)
    {
        var folder = new TestDirectory();
        float[] values = [.. Enumerable.Range(0, rows * 2).Select(v => (float)v)];
        File.WriteAllBytes(folder.PathOf(ItemVectors.VectorsFile), Safetensors.Write([new WeightTensor("items", [rows, 2], values)]));
        File.WriteAllLines(folder.PathOf(ItemVectors.IdsFile), ids);
        return folder;
    }
}
