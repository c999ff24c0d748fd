namespace Streaming.Models.Detectors;

/// <summary>From a map of text probability to boxes of text in the picture.</summary>
/// <remarks>
/// (1) cells above 0.3 that touch, also over corners, are one piece; (2) its box is kept if no side is under 3 cells and the mean of the map in it is at
/// least 0.5; (3) the map shows text shrunk, so each side moves out by area · 1.6 / perimeter; (4) boxes of one line that came to overlap are joined.
/// </remarks>
internal static class TextBoxes
{
    private const float MinCell = 0.3f;
    private const float MinMean = 0.5f;
    private const int MinSide = 3;
    private const double Grow = 1.6;

    // Noise makes thousands of pieces; joining is quadratic.
    private const int MostBoxes = 256;

    public static IReadOnlyList<(PixelBox Box, float Score)> Find(ReadOnlySpan<float> map, int columns, int rows, int width, int height)
    {
        var boxes = new List<(PixelBox Box, float Score)>();
        var seen = new bool[map.Length];
        var open = new Stack<int>();
        for (var cell = 0; cell < map.Length && boxes.Count < MostBoxes; cell++)
        {
            if (seen[cell] || map[cell] <= MinCell)
                continue;
            var piece = Piece(map, columns, rows, cell, seen, open);
            if (piece.Width >= MinSide && piece.Height >= MinSide && Mean(map, columns, piece) is var mean and >= MinMean)
                boxes.Add((Grown(piece, (double)width / columns, (double)height / rows, width, height), mean));
        }
        boxes.RemoveAll(b => b.Box.Width < 1 || b.Box.Height < 1);
        Join(boxes);
        return boxes;
    }

    private static PixelBox Piece(ReadOnlySpan<float> map, int columns, int rows, int start, bool[] seen, Stack<int> open)
    {
        var (left, top, right, bottom) = (columns, rows, 0, 0);
        seen[start] = true;
        open.Push(start);
        while (open.TryPop(out var cell))
        {
            var (y, x) = Math.DivRem(cell, columns);
            (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
            for (var nextY = Math.Max(0, y - 1); nextY <= Math.Min(rows - 1, y + 1); nextY++)
            {
                for (var nextX = Math.Max(0, x - 1); nextX <= Math.Min(columns - 1, x + 1); nextX++)
                {
                    var next = (nextY * columns) + nextX;
                    if (seen[next] || map[next] <= MinCell)
                        continue;
                    seen[next] = true;
                    open.Push(next);
                }
            }
        }
        return new(left, top, right, bottom);
    }

    private static float Mean(ReadOnlySpan<float> map, int columns, PixelBox box)
    {
        var sum = 0.0;
        for (var y = box.Top; y < box.Bottom; y++)
        {
            foreach (var value in map.Slice((y * columns) + box.Left, box.Width))
                sum += value;
        }
        return (float)(sum / box.Area);
    }

    private static PixelBox Grown(PixelBox piece, double scaleX, double scaleY, int width, int height)
    {
        var distance = piece.Area * Grow / (2.0 * (piece.Width + piece.Height));
        return new(
            (int)Math.Round(Math.Max(0, (piece.Left - distance) * scaleX)),
            (int)Math.Round(Math.Max(0, (piece.Top - distance) * scaleY)),
            (int)Math.Round(Math.Min(width, (piece.Right + distance) * scaleX)),
            (int)Math.Round(Math.Min(height, (piece.Bottom + distance) * scaleY)));
    }

    private static void Join(List<(PixelBox Box, float Score)> boxes)
    {
        for (var joined = true; joined;)
        {
            joined = false;
            for (var i = 0; i < boxes.Count && !joined; i++)
            {
                var other = boxes.FindIndex(i + 1, b => AreOneLine(boxes[i].Box, b.Box));
                if (other < 0)
                    continue;
                var (a, b) = (boxes[i], boxes[other]);
                boxes.RemoveAt(other);
                boxes.RemoveAt(i);
                boxes.Add((new(Math.Min(a.Box.Left, b.Box.Left), Math.Min(a.Box.Top, b.Box.Top), Math.Max(a.Box.Right, b.Box.Right), Math.Max(a.Box.Bottom, b.Box.Bottom)), Math.Max(a.Score, b.Score)));
                joined = true;
            }
        }
    }

    private static bool AreOneLine(PixelBox a, PixelBox b) =>
        Math.Min(a.Right, b.Right) > Math.Max(a.Left, b.Left)
        && 2 * (Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top)) >= Math.Min(a.Height, b.Height);
}
