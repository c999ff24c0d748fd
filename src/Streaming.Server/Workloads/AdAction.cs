namespace Streaming.Server.Workloads;

/// <summary>The actions of the ad funnel, as events name them in lower case.</summary>
internal enum AdAction
{
    Impression,
    Click,
    Install,
    Purchase,
}
