namespace Streaming.Models.Hstu.Cpu;

/// <summary>The widths that attention loops over.</summary>
/// <param name="Heads">Heads H.</param>
/// <param name="HeadWidth">Head width.</param>
/// <param name="HeadStride">Padded head width.</param>
internal readonly record struct AttentionShape(int Heads, int HeadWidth, int HeadStride)
{
    /// <summary>Heads · padded head width.</summary>
    public int HeadsStride => Heads * HeadStride;
}
