namespace Streaming.Server.Workloads;

/// <summary>The users and what they are interested in.</summary>
/// <remarks>
/// A user's interests are a mixture over the verticals. A user is after one vertical for about 30 sessions, and each session moves a share
/// (the drift) of the mixture there; then another vertical takes its place. So interests change slowly and never settle.
/// User 0 is the most active one: activity falls with the square root of the rank.
/// </remarks>
internal sealed class AdAudience
{
    private const double SessionsPerAim = 30;

    private readonly int _verticals = AdVertical.All.Length;
    private readonly double _drift;
    private readonly Random _random;
    private readonly CumulativeWeights _activity = new();
    private readonly float[] _interests;
    private readonly byte[] _aims;
    private readonly bool[] _present;

    public AdAudience(int users, double drift, Random random)
    {
        _drift = drift;
        _random = random;
        _interests = new float[users * _verticals];
        _aims = new byte[users];
        _present = new bool[users];
        for (int user = 0; user < users; user++)
        {
            _activity.Add(1 / Math.Sqrt(user + 1));
            _aims[user] = (byte)random.Next(_verticals);
            DrawInterests(InterestsOf(user));
        }
    }

    /// <summary>Draws a user who has no session, and lets the user's interests drift.</summary>
    public int Enter()
    {
        int user = _activity.Draw(_random.NextDouble());
        while (_present[user])
            user = _activity.Draw(_random.NextDouble());
        _present[user] = true;
        Drift(user);
        return user;
    }

    /// <summary>Ends the user's session.</summary>
    public void Leave(int user) => _present[user] = false;

    /// <summary>The user's share of interest in a vertical.</summary>
    public double Interest(int user, int vertical) => InterestsOf(user)[vertical];

    /// <summary>Draws a vertical by the user's interests.</summary>
    public int DrawVertical(int user)
    {
        Span<float> interests = InterestsOf(user);
        double left = _random.NextDouble();
        for (int vertical = 0; vertical < interests.Length; vertical++)
        {
            left -= interests[vertical];
            if (left < 0)
                return vertical;
        }

        return interests.Length - 1;
    }

    private void Drift(int user)
    {
        if (_random.NextChance(1 / SessionsPerAim))
            _aims[user] = (byte)_random.Next(_verticals);
        Span<float> interests = InterestsOf(user);
        foreach (ref float interest in interests)
            interest *= (float)(1 - _drift);
        interests[_aims[user]] += (float)_drift;
    }

    // Cubed exponential numbers: a few verticals hold most of a user's interest.
    private void DrawInterests(Span<float> interests)
    {
        float sum = 0;
        foreach (ref float interest in interests)
            sum += interest = (float)Math.Pow(_random.NextExponential(1), 3);
        foreach (ref float interest in interests)
            interest /= sum;
    }

    private Span<float> InterestsOf(int user) => _interests.AsSpan(user * _verticals, _verticals);
}
