using System.Globalization;
using Streaming.Core.Contracts;

namespace Streaming.Server.Api;

/// <summary>Semantic IDs as people read them: codes and ordinal, joined by '-'.</summary>
internal static class SemanticIds
{
    public static string Text(SemanticId id) => string.Create(CultureInfo.InvariantCulture, $"{string.Join('-', id.Codes)}-{id.Collision}");
}
