namespace Streaming.Server.Accuracy;

/// <summary>Figures of others on <c>amazon-beauty</c>, leave-one-out, full ranking.</summary>
/// <param name="Model">The model.</param>
/// <param name="Hr10">As published.</param>
/// <param name="Ndcg10">As published.</param>
/// <param name="Source">Where.</param>
internal sealed record PublishedFigures(string Model, double Hr10, double Ndcg10, string Source)
{
    public static IReadOnlyList<PublishedFigures> AmazonBeauty { get; } =
    [
        new("SASRec", 0.0605, 0.0318, "[S3-Rec's repository](https://github.com/RUCAIBox/CIKM2020-S3Rec)"),
        new("S3-Rec", 0.0647, 0.0327, "[S3-Rec's repository](https://github.com/RUCAIBox/CIKM2020-S3Rec)"),
        new("TIGER", 0.0648, 0.0384, "[Rajput et al. 2023](https://arxiv.org/abs/2305.05065)"),
        new("HSTU", 0.0708, 0.0412, "a public reproduction"),
    ];
}
