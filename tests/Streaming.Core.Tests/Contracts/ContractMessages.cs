using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Streaming.Core.Contracts;

namespace Streaming.Core.Tests.Contracts;

/// <summary>Every message of the generated contracts, so that a new one is guarded without being listed.</summary>
internal static class ContractMessages
{
    public static IReadOnlyList<MessageDescriptor> All { get; } =
        [.. typeof(UserEvent).Assembly.GetTypes()
            .Where(type => typeof(IMessage).IsAssignableFrom(type) && type is { IsAbstract: false, Namespace: "Streaming.Core.Contracts" })
            .Select(type => (MessageDescriptor)type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)
            .OrderBy(message => message.FullName, StringComparer.Ordinal)];

    public static MessageDescriptor ByFullName(string fullName) => All.Single(message => message.FullName == fullName);
}
