namespace Streaming.Models.Media;

/// <summary>What became of a medium.</summary>
public enum MediaVerdict
{
    /// <summary>There is a picture.</summary>
    Decoded,

    /// <summary>No bytes.</summary>
    Empty,

    /// <summary>More bytes than allowed.</summary>
    TooManyBytes,

    /// <summary>Not a format that is decoded here.</summary>
    UnknownType,

    /// <summary>The bytes are of another format than declared.</summary>
    WrongType,

    /// <summary>More pixels than allowed, or a side of none.</summary>
    BadDimensions,

    /// <summary>More frames, or more passes over the picture, than allowed.</summary>
    TooManyFrames,

    /// <summary>Truncated or broken data.</summary>
    Damaged,

    /// <summary>A feature of the format that the decoder does not have.</summary>
    Unsupported,
}
