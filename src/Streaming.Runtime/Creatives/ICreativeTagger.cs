using Streaming.Core.Contracts;

namespace Streaming.Runtime.Creatives;

/// <summary>Computes the tags that can be computed; the others stay absent.</summary>
public interface ICreativeTagger
{
    /// <summary>Tags of a validated creative and of its pictures, which stay the caller's.</summary>
    CreativeTags Tag(Creative creative, ICreativeMedia media);
}
