using System.Globalization;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Kafka.Topics;

namespace Streaming.Server.Commands;

/// <summary>One creative model as <c>streaming creatives status</c> shows it.</summary>
/// <param name="Version">Its version.</param>
/// <param name="State">in_effect, staged or kept.</param>
/// <param name="EncoderVersion">Of its features.</param>
/// <param name="CodebookVersion">Of its features.</param>
/// <param name="FeatureTopic">Where they are.</param>
/// <param name="Done">Records of the creatives topic behind its tasks, by committed offsets.</param>
/// <param name="Remaining">Records before them.</param>
/// <param name="BackfillPerSecond">Its pace; 0 = unlimited.</param>
internal sealed record CreativeModelStatus(string Version, string State, string EncoderVersion, string CodebookVersion, string FeatureTopic, long Done, long Remaining, double BackfillPerSecond)
{
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"{(State == "in_effect" ? "*" : " ")} {Version}  {State}  {EncoderVersion} + {CodebookVersion} → {FeatureTopic}  {Done:N0} of {Done + Remaining:N0} creatives{(Remaining == 0 ? "" : $", {Remaining:N0} to go")}");

    public static CreativeModelStatus Read(Topology topology, Cluster cluster, ModelPromotion model, bool inEffect)
    {
        var role = model.FeatureTopic == topology.Topics.CreativeFeatures.Name ? "creatives" : Topology.RoleOf("creatives", model.ModelVersion);
        var progress = GroupProgress.Read(cluster.Options, $"{topology.Name}.{role}", topology.Topics.Creatives.Name);
        var state = inEffect ? "in_effect" : model.Staged ? "staged" : "kept";
        return new(model.ModelVersion, state, model.EncoderVersion, model.CodebookVersion, model.FeatureTopic, progress.Done, progress.Remaining, model.BackfillPerSecond);
    }
}
