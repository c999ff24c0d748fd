using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>The setting that a case measures.</summary>
/// <param name="Options">Lists and candidates.</param>
/// <param name="Recall">On all queries.</param>
/// <param name="ReachesGoal">False when no setting of the grid does; then this one finds the most.</param>
internal sealed record ChosenSetting(SearchOptions Options, double Recall, bool ReachesGoal)
{
    public string Text => SearchGrid.Text(Options);
}
