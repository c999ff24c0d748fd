using System.Globalization;
using System.Text.Json.Serialization;

namespace Streaming.Server.Encoders;

/// <summary>How well an encoder puts creatives that are engaged with together near each other.</summary>
/// <param name="Encoder">Version, or what stands in for an encoder.</param>
/// <param name="Data">The data set.</param>
/// <param name="Dimension">Numbers of an embedding; 0 where there is none.</param>
/// <param name="Pairs">Test pairs.</param>
/// <param name="Recall10">Share of them whose second creative is among the ten nearest of the first, of all creatives.</param>
/// <param name="UnseenPairs">Pairs whose second creative is in no training pair.</param>
/// <param name="UnseenRecall10">The same share among these.</param>
internal sealed record EncoderFigures(string Encoder, string Data, int Dimension, int Pairs, double Recall10, int UnseenPairs, double UnseenRecall10)
{
    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Encoder} on {Data}: recall@10 {Recall10:0.0000} of {Pairs:N0} pairs, {UnseenRecall10:0.0000} of the {UnseenPairs:N0} to creatives never trained on");
}
