namespace Streaming.Server.Tests.Deployment;

/// <summary>A fact that needs Helm and kubectl-validate, and is skipped where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChartFactAttribute : FactAttribute
{
    public ChartFactAttribute() => Skip = ChartTools.Missing;
}
