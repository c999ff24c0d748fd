using System.Collections.Frozen;

namespace Streaming.Models.Tags;

/// <summary>English words that say nothing about a creative, folded as <see cref="KeyWords"/> reads them ("don't" is "dont").</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> Words = """
        a about above after again all also am an and any are arent as at be because been before being below between both but by
        can cant could did didnt do does doesnt doing dont down during each few for from further get had has have having he her
        here hers him his how i if im in into is isnt it its ive just let lets me more most my no nor not now of off on once only
        or other our ours out over own same she should so some such than that thats the their theirs them then there these they
        this those through to too under until up us very was we were what when where which while who whom why will with wont
        would you youll your youre yours
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    public static bool Contains(string word) => Words.Contains(word);
}
