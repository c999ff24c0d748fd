using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Changelogs;

/// <summary>Between a commit and its records in a changelog topic: one per dirty value, then one with the identity, which ends the commit.</summary>
internal static class ChangelogRecords
{
    private const string IdentityStore = "identity";
    private const char Separator = '/';

    /// <summary>
    /// The records of a commit, in an order that a restore can stop in at any point: what a value refers to comes before it (history and contents
    /// before the user, a counter before the ordinal it gave), and the identity comes last.
    /// </summary>
    public static IEnumerable<OutputRecord> Of(CommitBatch batch, string topic, int partition)
    {
        var identity = batch.Identity!;
        foreach (var (key, value) in batch.Values.OrderBy(v => Rank(v.Key.Store)))
            yield return Record(topic, partition, Name(key.Store), key.Key, value, identity);
        yield return Record(topic, partition, IdentityStore, "", ToMessage(identity).ToByteArray(), identity);
    }

    /// <exception cref="StoreException">The record is not a changelog record.</exception>
    public static StateSegment Parse(InputRecord record)
    {
        try
        {
            return StateSegment.Parser.ParseFrom(record.Value);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new StoreException($"changelog {record.Source} offset {record.Offset} is damaged: {e.Message}", e);
        }
    }

    /// <summary>The identity that ends a commit, or null for a value.</summary>
    public static StoreIdentity? IdentityOf(StateSegment segment)
    {
        if (segment.Store != IdentityStore)
            return null;
        var identity = StateIdentity.Parser.ParseFrom(segment.Value);
        return new(identity.ClusterId, identity.Topic, identity.Partition, identity.NextOffset, new LogMark(identity.MarkOffset, identity.MarkHash), segment.Origin);
    }

    /// <summary>The state key of a value.</summary>
    public static StateKey KeyOf(StateSegment segment) => new(StoreOf(segment.Store), segment.Key.ToStringUtf8());

    private static OutputRecord Record(string topic, int partition, string store, string key, byte[] value, StoreIdentity identity)
    {
        var segment = new StateSegment
        {
            Store = store,
            Key = ByteString.CopyFromUtf8(key),
            Value = UnsafeByteOperations.UnsafeWrap(value),
            SourceOffset = identity.NextOffset - 1,
            Origin = identity.Origin,
        };
        return new(topic, Encoding.UTF8.GetBytes(store + Separator + key), segment.ToByteArray(), [], partition);
    }

    private static StateIdentity ToMessage(StoreIdentity identity) => new()
    {
        ClusterId = identity.ClusterId,
        Topic = identity.Topic,
        Partition = identity.Partition,
        NextOffset = identity.NextOffset,
        MarkOffset = identity.Mark!.Value.Offset,
        MarkHash = identity.Mark.Value.Hash,
    };

    private static int Rank(StoreName store) => store is StoreName.Users or StoreName.SemanticIds ? 1 : 0;

    private static string Name(StoreName store) => store switch
    {
        StoreName.Users => "users",
        StoreName.History => "history",
        StoreName.Contents => "contents",
        StoreName.SemanticIds => "semantic_ids",
        StoreName.Collisions => "collisions",
        _ => throw new ArgumentOutOfRangeException(nameof(store), store, "unknown store"),
    };

    private static StoreName StoreOf(string name) => name switch
    {
        "users" => StoreName.Users,
        "history" => StoreName.History,
        "contents" => StoreName.Contents,
        "semantic_ids" => StoreName.SemanticIds,
        "collisions" => StoreName.Collisions,
        _ => throw new StoreException($"changelog holds a value of the unknown store '{name}': it is from a newer version of this program"),
    };
}
