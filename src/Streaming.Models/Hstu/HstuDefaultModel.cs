namespace Streaming.Models.Hstu;

/// <summary>A small model without training, of the shape of <c>models/hstu-default</c>: what <c>streaming model init</c> writes.</summary>
public static class HstuDefaultModel
{
    /// <summary>Seed of its weights.</summary>
    public const ulong Seed = 20_240_227;

    /// <summary>Its version.</summary>
    public const string ModelVersion = "hstu-seeded-1";

    /// <summary>Its shape and vocabulary.</summary>
    public static HstuConfig Config { get; } = new()
    {
        Layers = 2,
        Width = 64,
        Heads = 2,
        HeadWidth = 32,
        Window = 256,
        ContentWidth = 32,
        OutputWidth = 32,
        TimeBias = true,
        TimeAnchor = HstuTimeAnchor.Self,
        Actions = ["impression", "click", "like", "share", "install", "purchase", "rating"],
    };

    /// <summary>Makes it; the same bits on every machine.</summary>
    public static HstuModel Create() => HstuModel.Seeded(Config, Seed, ModelVersion);
}
