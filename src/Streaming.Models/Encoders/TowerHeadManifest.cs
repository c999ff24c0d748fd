namespace Streaming.Models.Encoders;

/// <summary>The fields of a tower that <see cref="TowerHead"/> reads.</summary>
/// <param name="Section">The manifest's section, for messages.</param>
/// <param name="Dimension">Numbers that must come out; null = as many as do.</param>
internal sealed record TowerHeadManifest(string Section, string Output, string Pooling, bool Normalise, ProjectionManifest? Projection, int? Dimension)
{
    public static TowerHeadManifest Of(TextTowerManifest text, int? dimension) => new("text", text.Output!, text.Pooling, text.Normalise, text.Projection, dimension);

    public static TowerHeadManifest Of(ImageTowerManifest image, int? dimension) => new("image", image.Output!, image.Pooling, image.Normalise, image.Projection, dimension);

    public static TowerHeadManifest Of(FusionManifest fusion, int? dimension) => new("fusion", fusion.Output, PoolingKinds.None, false, null, dimension);
}
