using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;

namespace Streaming.Server.Replay;

/// <summary>
/// One hash of the final features of all users and creatives. Two runs over the same events give the same digest, whatever happened between.
/// Only the append times, which are the brokers' clock readings, are left out.
/// </summary>
internal static class FeatureDigest
{
    public static string Of(IEnumerable<KeyValuePair<string, UserFeatures>> users, IEnumerable<KeyValuePair<string, CreativeFeatures>> creatives)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, features) in users.OrderBy(f => f.Key, StringComparer.Ordinal))
            Add(hash, key, new UserFeatures(features) { SourceAppendTimeMs = 0 });
        foreach (var (key, features) in creatives.OrderBy(f => f.Key, StringComparer.Ordinal))
            Add(hash, key, new CreativeFeatures(features) { SourceAppendTimeMs = 0 });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, string key, IMessage features)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(key));
        hash.AppendData([0]);
        hash.AppendData(features.ToByteArray());
    }
}
