namespace Streaming.Models.Hstu.Cpu;

/// <summary>How a run of numbers is kept in K/V memory.</summary>
/// <remarks>
/// Numbers are read in pairs: pair p is of numbers 32·(p / 16) + p mod 16 and 16 more, so that in bf16 one register of pairs, shifted and
/// masked, gives two registers of neighbours.
/// </remarks>
internal unsafe interface IKvFormat
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Bytes { get; }

    /// <summary>Rounds a token's key or value of one head in place, if its numbers share something; before they are stored.</summary>
    static virtual void RoundRow(Span<float> row)
    {
    }

    /// <summary>Stores number <paramref name="index"/> of a run.</summary>
    static abstract void Store(byte* run, int index, float value);

    /// <summary>Loads pairs from <paramref name="pair"/> on; as many as a register has lanes, all within 16 neighbours.</summary>
    static abstract void LoadPairs<TSimd, TVector>(byte* run, int pair, out TVector low, out TVector high)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged;
}
