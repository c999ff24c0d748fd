namespace Streaming.Core.Aggregates;

/// <summary>
/// A window kept as tiles of equal length, ascending. State; one owner. At most <see cref="TilesPerWindow"/> + 1 tiles are held.
/// A window ends with the tile that holds the as-of time: it counts events from (⌊as-of/tile⌋ + 1)·tile − window on.
/// </summary>
public sealed class TileSeries
{
    /// <summary>Resolution of a window: it moves in steps of a sixtieth of its length.</summary>
    public const int TilesPerWindow = 60;

    private readonly List<(long Tile, double Value)> _tiles = [];

    /// <summary>Tile numbers and values, ascending.</summary>
    public IReadOnlyList<(long Tile, double Value)> Tiles => _tiles;

    /// <summary>Length of one tile in milliseconds.</summary>
    public static long TileMs(TimeSpan window) => Math.Max(1, (long)window.TotalMilliseconds / TilesPerWindow);

    /// <summary>Adds to a tile. A tile that has left the window of <paramref name="asOfTile"/> is not kept.</summary>
    public void Add(long tile, double value, long asOfTile)
    {
        Drop(asOfTile);
        if (tile <= asOfTile - TilesPerWindow)
            return;
        var at = _tiles.Count;
        while (at > 0 && _tiles[at - 1].Tile > tile)
            at--;
        if (at > 0 && _tiles[at - 1].Tile == tile)
            _tiles[at - 1] = (tile, _tiles[at - 1].Value + value);
        else
            _tiles.Insert(at, (tile, value));
    }

    /// <summary>Sum over the window that ends with <paramref name="asOfTile"/>, oldest tile first so that it is the same bits every time.</summary>
    public double Total(long asOfTile)
    {
        var total = 0.0;
        foreach (var (tile, value) in _tiles)
        {
            if (tile > asOfTile - TilesPerWindow)
                total += value;
        }
        return total;
    }

    /// <summary>Appends a stored tile; tiles come back ascending.</summary>
    public void Restore(long tile, double value) => _tiles.Add((tile, value));

    private void Drop(long asOfTile)
    {
        var gone = 0;
        while (gone < _tiles.Count && _tiles[gone].Tile <= asOfTile - TilesPerWindow)
            gone++;
        if (gone > 0)
            _tiles.RemoveRange(0, gone);
    }
}
