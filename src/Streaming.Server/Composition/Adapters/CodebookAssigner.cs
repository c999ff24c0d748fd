using Streaming.Models.SemanticIds;
using Streaming.Runtime.Creatives;

namespace Streaming.Server.Composition.Adapters;

/// <summary>A codebook as the runtime's assigner of semantic IDs, watched for collapse.</summary>
internal sealed class CodebookAssigner(Codebook codebook, SemanticIdMetrics metrics) : ISemanticIdAssigner
{
    private readonly SemanticIdWatch _watch = metrics.Watch(codebook);

    public string Version => codebook.Version;

    public int Layers => codebook.Layers;

    public void Assign(ReadOnlySpan<float> embedding, Span<int> codes)
    {
        codebook.Assign(embedding, codes);
        _watch.Record(codes);
    }
}
