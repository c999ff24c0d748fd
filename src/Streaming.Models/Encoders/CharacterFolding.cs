using System.Globalization;
using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>
/// Folds one code point so that the spellings of a text that look alike become one: composed and decomposed accents
/// (Latin, Greek, Cyrillic), full-width and plain ASCII, and optionally upper and lower case.
/// </summary>
/// <remarks>
/// The platform runs with invariant globalisation, where <see cref="string.Normalize()"/> returns its argument
/// unchanged. Folding therefore uses its own table, and gives the same result on every machine and in every mode.
/// Accents are dropped, not composed. Not unified: Hangul syllables with their jamo, and ligatures.
/// </remarks>
internal static class CharacterFolding
{
    // Lower-case letters whose canonical decomposition (Unicode 14) is a letter and marks of U+0300..U+036F; in code point order.
    private const string Composed =
        "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįİĵķĺļľńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżžơưǎǐǒǔǖǘǚǜǟǡǣǧǩǫǭǯǰǵǹǻǽǿȁȃȅȇȉ" +
        "ȋȍȏȑȓȕȗșțȟȧȩȫȭȯȱȳΐάέήίΰϊϋόύώϓϔйѐёѓїќѝўѷӂӑӓӗӛӝӟӣӥӧӫӭӯӱӳӵӹḁḃḅḇḉḋḍḏḑḓḕḗḙḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫ" +
        "ṭṯṱṳṵṷṹṻṽṿẁẃẅẇẉẋẍẏẑẓẕẖẗẘẙẛạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹἀἁἂἃἄἅἆἇἐἑἒἓἔἕἠἡἢἣἤἥἦἧἰἱἲἳἴἵἶἷὀὁὂὃὄὅὐὑὒ" +
        "ὓὔὕὖὗὠὡὢὣὤὥὦὧὰάὲέὴήὶίὸόὺύὼώᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾰᾱᾲᾳᾴᾶᾷῂῃῄῆῇῐῑῒΐῖῗῠῡῢΰῤῥῦῧῲῳῴῶῷ";

    // The letter without its marks, at the same index.
    private const string Bases =
        "aaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiiijklllnnnooorrrssssttuuuuuuwyzzzouaiouuuuuaaægkooʒjgnaæøaaeei" +
        "ioorruusthaeooooyιαεηιυιυουωϒϒиеегікиуѵжааеәжзииоөэууучыabbbcdddddeeeeefghhhhhiikkkllllmmmnnnnoooopprrrrssssst" +
        "tttuuuuuvvwwwwwxxyzzzhtwyſaaaaaaaaaaaaeeeeeeeeiioooooooooooouuuuuuuyyyyααααααααεεεεεεηηηηηηηηιιιιιιιιοοοοοουυυ" +
        "υυυυυωωωωωωωωααεεηηιιοουυωωααααααααηηηηηηηηωωωωωωωωαααααααηηηηηιιιιιιυυυυρρυυωωωωω";

    /// <returns>The folded code point, or null for a combining accent, which is dropped.</returns>
    public static Rune? Fold(Rune rune, bool lowercase)
    {
        var value = rune.Value;
        if (value < 0x80)
            return lowercase && value is >= 'A' and <= 'Z' ? new Rune(value + 0x20) : rune;
        if (value is >= 0x0300 and <= 0x036F)
            return null;
        if (value is >= 0xFF01 and <= 0xFF5E)
            return Fold(new Rune(value - 0xFEE0), lowercase);

        return lowercase ? DropAccents(Rune.ToLowerInvariant(rune)) : DropAccentsOfAnyCase(rune);
    }

    /// <summary>The letter without its accents, in its own case.</summary>
    public static Rune DropAccentsOfAnyCase(Rune rune)
    {
        var lower = Rune.ToLowerInvariant(rune);
        var folded = DropAccents(lower);
        return lower == rune ? folded : Rune.ToUpperInvariant(folded);
    }

    /// <summary>Marks other than accents (vowel signs of Indic scripts, for example) belong to the word they stand in.</summary>
    public static bool IsWordMark(Rune rune) =>
        rune.Value > 0x036F && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>A lower-case letter without its accents.</summary>
    public static Rune DropAccents(Rune lower)
    {
        if (!lower.IsBmp)
            return lower;
        var index = Composed.AsSpan().BinarySearch((char)lower.Value);
        return index < 0 ? lower : new Rune(Bases[index]);
    }
}
