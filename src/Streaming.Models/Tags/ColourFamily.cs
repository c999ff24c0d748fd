namespace Streaming.Models.Tags;

/// <summary>Names of colours as people group them, by hue, saturation and value (HSV).</summary>
/// <remarks>
/// Black below a value of 0.2; below a saturation of 0.15 white from a value of 0.85, else grey. Then by hue in degrees: red up to 15 and from
/// 345, orange to 45 (brown below a value of 0.6), yellow to 70, green to 165, cyan to 200, blue to 260, purple to 300, pink to 345.
/// </remarks>
internal static class ColourFamily
{
    /// <summary>Every name; of equally frequent ones the first wins.</summary>
    public static IReadOnlyList<string> Names { get; } = ["black", "white", "grey", "red", "orange", "brown", "yellow", "green", "cyan", "blue", "purple", "pink"];

    /// <summary>The number of the name.</summary>
    public static int Of(int red, int green, int blue)
    {
        var (most, least) = (Math.Max(red, Math.Max(green, blue)), Math.Min(red, Math.Min(green, blue)));
        if (most < 0.2 * 255)
            return 0;
        if (most - least < 0.15 * most)
            return most >= 0.85 * 255 ? 1 : 2;
        return Hue(red, green, blue, most, most - least) switch
        {
            < 15 or >= 345 => 3,
            < 45 => most < 0.6 * 255 ? 5 : 4,
            < 70 => 6,
            < 165 => 7,
            < 200 => 8,
            < 260 => 9,
            < 300 => 10,
            _ => 11,
        };
    }

    private static double Hue(int red, int green, int blue, int most, int spread)
    {
        var sixth = most == red ? (double)(green - blue) / spread
            : most == green ? 2 + ((double)(blue - red) / spread)
            : 4 + ((double)(red - green) / spread);
        return sixth < 0 ? (sixth + 6) * 60 : sixth * 60;
    }
}
