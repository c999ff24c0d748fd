using Streaming.Memory.Versions;

namespace Streaming.Memory.Tests.Concurrency;

/// <summary>
/// What a reader and the writer do to each other when they meet, and nothing else, over and over: the reader claims a slot and looks for the newest
/// version, the writer publishes and looks at the slots. At least one of them must see the other. Without a full fence on each side a store may
/// still wait in its core when the load after it is done, on x64 too.
/// </summary>
internal abstract class FenceRace
{
    private const int Spins = 64;
    private long _newest;
    private long _begun;
    private long _ended;
    private long _seenByReader;
    private bool _isOver;

    /// <summary>Runs rounds until one violates the rule.</summary>
    /// <param name="most">Rounds at most.</param>
    /// <returns>Rounds until the violation; null when there was none.</returns>
    public long? RoundsUntilViolation(long most)
    {
        Thread reader = new(Read) { IsBackground = true };
        reader.Start();
        try
        {
            for (long round = 1; round <= most; round++)
            {
                if (Write(round))
                    return round;
            }
            return null;
        }
        finally
        {
            Volatile.Write(ref _isOver, true);
            reader.Join();
        }
    }

    protected abstract void Claim(long version);

    protected abstract void Leave();

    protected abstract long Oldest();

    private void Read()
    {
        for (long round = 1; ; round++)
        {
            SpinWait spin = default;
            while (Volatile.Read(ref _begun) < round)
            {
                if (Volatile.Read(ref _isOver))
                    return;
                Wait(ref spin);
            }
            Claim(round - 1);
            _seenByReader = Volatile.Read(ref _newest);
            Volatile.Write(ref _ended, round);
        }
    }

    // True when the reader goes on with a version that the writer takes to be read by nobody.
    private bool Write(long round)
    {
        Volatile.Write(ref _begun, round);
        Thread.SpinWait((int)(round % Spins)); // The other core hears of it after about so long.
        Volatile.Write(ref _newest, round);
        long oldest = Oldest();
        SpinWait spin = default;
        while (Volatile.Read(ref _ended) < round)
            Wait(ref spin);
        Leave();
        return _seenByReader < round && oldest > round - 1;
    }

    private static void Wait(ref SpinWait spin)
    {
        if (spin.NextSpinWillYield)
            Thread.Yield();
        else
            spin.SpinOnce();
    }

    /// <summary>The slots as they are.</summary>
    internal sealed class WithFences : FenceRace
    {
        private readonly ReaderSlots _slots = new();
        private int _slot;

        protected override void Claim(long version) => _slot = _slots.Claim(version);

        protected override void Leave() => _slots.Leave(_slot);

        protected override long Oldest() => _slots.Oldest();
    }

    /// <summary>The planted fault: one slot, and a side that only orders its stores among themselves.</summary>
    /// <param name="readerHasFence">Between the claim and the look for the newest version.</param>
    /// <param name="writerHasFence">Between the publication and the look at the slots.</param>
    internal sealed class WithoutAFence(bool readerHasFence, bool writerHasFence) : FenceRace
    {
        private long _slot;

        protected override void Claim(long version)
        {
            Volatile.Write(ref _slot, version + 1);
            if (readerHasFence)
                Interlocked.MemoryBarrier();
        }

        protected override void Leave() => Volatile.Write(ref _slot, 0);

        protected override long Oldest()
        {
            if (writerHasFence)
                Interlocked.MemoryBarrier();
            return Volatile.Read(ref _slot) is not 0 and var claimed ? claimed - 1 : long.MaxValue;
        }
    }
}
