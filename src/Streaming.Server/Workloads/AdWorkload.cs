using System.Globalization;
using Streaming.Core.Contracts;

namespace Streaming.Server.Workloads;

/// <summary>A believable stream of creatives and user events of an ad network, without end, for <c>streaming demo</c> and load tests.</summary>
/// <remarks>
/// <para>
/// New events are a Poisson process. Each one belongs to one of the sessions under way, any of them alike, so a session's events follow each
/// other at exponential gaps (3 seconds in the mean, less where a quarter of the users would not be enough for the rate), and a user who left
/// is replaced by another. New creatives are a second Poisson process. Late events are held back and arrive with the event time they had;
/// duplicates are events sent again; bad records come as <see cref="WorkloadFault"/> lists them.
/// </para>
/// <para>
/// Everything follows from the options and the start time. The clock is the caller's: it says up to when records are due, in steps of any
/// size, which do not change what comes. Records come in the order of arrival. Event IDs start with the start time, so that two runs on the
/// same topic do not look like duplicates. Not thread-safe: one enumeration at a time.
/// </para>
/// </remarks>
public sealed class AdWorkload
{
    private const double MeanGapSeconds = 3;
    private const double MinLateMs = 2_000;
    private const double MaxLateMs = 300_000;
    private const double MinResendMs = 100;
    private const double MaxResendMs = 30_000;

    private static readonly string[] Actions = [.. Enum.GetNames<AdAction>().Select(name => name.ToLowerInvariant())];
    private static readonly string[] SmallNumbers = [.. Enumerable.Range(0, 256).Select(n => n.ToString(CultureInfo.InvariantCulture))];

    private readonly AdWorkloadOptions _options;
    private readonly DateTimeOffset _start;
    private readonly long _startMs;
    private readonly Random _random;
    private readonly AdCopy _copy;
    private readonly AdCatalog _catalog;
    private readonly AdAudience _audience;
    private readonly AdFaults _faults;
    private readonly AdSession[] _sessions;
    private readonly PriorityQueue<UserEvent, (double DueMs, long Sequence)> _heldBack = new();

    // Milliseconds since the start.
    private double _nextEventMs;
    private double _nextCreativeMs;
    private long _index;
    private long _events;
    private long _sessionsStarted;

    /// <param name="options">Size, speed and faults.</param>
    /// <param name="start">Time of the first event; the initial creatives are an hour older.</param>
    /// <exception cref="ArgumentException">Options break their rules: the message lists them all, for the user to correct.</exception>
    public AdWorkload(AdWorkloadOptions options, DateTimeOffset start)
    {
        string violations = string.Join("; ", options.Violations());
        if (violations.Length > 0)
            throw new ArgumentException(violations, nameof(options));
        _options = options;
        _start = start;
        _startMs = start.ToUnixTimeMilliseconds();
        _random = new Random(options.Seed);
        _copy = new AdCopy(options.Seed);
        _catalog = new AdCatalog(_copy, options.InitialCreatives, options.ZipfExponent, _random);
        _audience = new AdAudience(options.Users, options.InterestDrift, _random);
        _faults = new AdFaults(_copy, _random);
        _sessions = new AdSession[(int)Math.Clamp(options.EventsPerSecond * MeanGapSeconds, 1, Math.Max(1, options.Users / 4))];
        for (int slot = 0; slot < _sessions.Length; slot++)
            _sessions[slot] = NewSession();
        _index = options.InitialCreatives;
        _nextEventMs = NextGapMs(options.EventsPerSecond);
        _nextCreativeMs = NextGapMs(options.NewCreativesPerSecond);
    }

    /// <summary>Late and repeated events that have not arrived yet.</summary>
    public int HeldBack => _heldBack.Count;

    /// <summary>The creatives that exist before the first event, with the indices from 0. The same on every call.</summary>
    public IEnumerable<WorkloadRecord> InitialCreatives()
    {
        long madeMs = _start.AddHours(-1).ToUnixTimeMilliseconds();
        for (int number = 0; number < _options.InitialCreatives; number++)
            yield return WorkloadRecord.Of(number, _copy.Write(number, madeMs));
    }

    /// <summary>The records that arrive up to <paramref name="now"/> and were not taken yet.</summary>
    /// <remarks>
    /// Made one by one as they are taken; what is not taken stays due. For a number of records at full speed take that many of
    /// <c>Until(DateTimeOffset.MaxValue)</c>: time then passes as fast as they are taken.
    /// </remarks>
    public IEnumerable<WorkloadRecord> Until(DateTimeOffset now)
    {
        double nowMs = (now - _start).TotalMilliseconds;
        while (true)
        {
            double heldBackMs = _heldBack.TryPeek(out _, out (double DueMs, long) due) ? due.DueMs : double.PositiveInfinity;
            if (Math.Min(heldBackMs, Math.Min(_nextEventMs, _nextCreativeMs)) > nowMs)
                yield break;
            if (heldBackMs <= Math.Min(_nextEventMs, _nextCreativeMs))
                yield return WorkloadRecord.Of(_index++, _heldBack.Dequeue());
            else if (_nextCreativeMs <= _nextEventMs)
                yield return NewCreative();
            else if (NewEvent() is { } record)
                yield return record;
        }
    }

    /// <summary>Takes all events that are still held back, in their order, before their time: the end of a run that shall lose none.</summary>
    public IEnumerable<WorkloadRecord> Drain()
    {
        while (_heldBack.TryDequeue(out UserEvent? heldBack, out _))
            yield return WorkloadRecord.Of(_index++, heldBack);
    }

    private WorkloadRecord NewCreative()
    {
        Creative creative = _copy.Write(_catalog.Add(), _startMs + (long)_nextCreativeMs);
        _nextCreativeMs += NextGapMs(_options.NewCreativesPerSecond);
        return WorkloadRecord.Of(_index++, creative);
    }

    /// <summary>Lets the next event happen; null when it is late and so does not arrive yet.</summary>
    private WorkloadRecord? NewEvent()
    {
        double nowMs = _nextEventMs;
        _nextEventMs += NextGapMs(_options.EventsPerSecond);
        UserEvent happened = ToEvent(NextSession(), _startMs + (long)nowMs);
        if (_random.NextChance(_options.BadShare))
            return _faults.Spoil(_index++, happened);
        if (_random.NextChance(_options.DuplicateShare))
            HoldBack(happened.Clone(), nowMs + _random.NextLogUniform(MinResendMs, MaxResendMs));
        if (!_random.NextChance(_options.LateShare))
            return WorkloadRecord.Of(_index++, happened);
        HoldBack(happened, nowMs + _random.NextLogUniform(MinLateMs, MaxLateMs));
        return null;
    }

    private void HoldBack(UserEvent userEvent, double dueMs) => _heldBack.Enqueue(userEvent, (dueMs, _events));

    /// <summary>One of the sessions under way, moved to its next event; a new one in the place of one that is over.</summary>
    private AdSession NextSession()
    {
        ref AdSession session = ref _sessions[_random.Next(_sessions.Length)];
        if (!session.Advance(_audience, _catalog, _random))
        {
            _audience.Leave(session.User);
            session = NewSession();
            session.Advance(_audience, _catalog, _random);
        }

        return session;
    }

    private AdSession NewSession() => new(_audience.Enter(), ++_sessionsStarted, _random);

    private UserEvent ToEvent(AdSession session, long eventTimeMs) => new()
    {
        EventId = string.Create(CultureInfo.InvariantCulture, $"{_startMs:x}-{++_events}"),
        UserId = session.UserId,
        CreativeId = session.CreativeId,
        Action = Actions[(int)session.Action],
        EventTimeMs = eventTimeMs,
        Scene = session.Scene,
        Value = session.Action == AdAction.Purchase ? Price(AdVertical.All[session.Vertical]) : 0,
        Context =
        {
            { "session", session.Id },
            { "position", session.Position < SmallNumbers.Length ? SmallNumbers[session.Position] : "256+" },
            { "device", session.Device },
        },
    };

    private double Price(AdVertical vertical) => Math.Round(vertical.MedianPrice * _random.NextLogUniform(0.5, 2), 2);

    private double NextGapMs(double perSecond) => perSecond > 0 ? _random.NextExponential(1_000 / perSecond) : double.PositiveInfinity;
}
