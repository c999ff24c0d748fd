using Google.Protobuf;
using Streaming.Core.Contracts;

namespace Streaming.Server.Workloads;

/// <summary>Makes bad records, each of one kind of <see cref="WorkloadFault"/>, from good events.</summary>
internal sealed class AdFaults(AdCopy copy, Random random)
{
    private static readonly long Year2500Ms = new DateTimeOffset(2500, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private static readonly WorkloadFault[] Kinds = [.. Enum.GetValues<WorkloadFault>().Where(fault => fault != WorkloadFault.None)];

    /// <summary>Spoils a good event, which now belongs to the record.</summary>
    public WorkloadRecord Spoil(long index, UserEvent good)
    {
        WorkloadFault fault = random.NextOf(Kinds);
        switch (fault)
        {
            case WorkloadFault.TruncatedMessage:
                return WorkloadRecord.OfBytes(index, good.UserId, Truncate(good), fault);
            case WorkloadFault.OversizedText:
                return WorkloadRecord.Of(index, copy.WriteOversized(random.Next(), $"creative-oversized-{index}", good.EventTimeMs), fault);
            case WorkloadFault.UnknownAction:
                good.Action = "teleport";
                break;
            case WorkloadFault.MissingUserId:
                good.UserId = "";
                break;
            case WorkloadFault.MissingCreativeId:
                good.CreativeId = "";
                break;
            case WorkloadFault.FarFutureEventTime:
                good.EventTimeMs = Year2500Ms;
                break;
            default:
                good.Value = double.NaN;
                break;
        }

        return WorkloadRecord.Of(index, good, fault);
    }

    // Field 1, the event ID, comes first on the wire: tag and length, one byte each, then the ID. Cut inside the ID, the rest cannot be read.
    private static byte[] Truncate(UserEvent good) => good.ToByteArray()[..(2 + (good.EventId.Length / 2))];
}
