namespace Streaming.Server.Workloads;

/// <summary>A line of business that advertises, with the words of its ads.</summary>
/// <param name="Name">Category of its creatives.</param>
/// <param name="IsApp">Clicks lead to an install, and from there to a purchase; otherwise straight to a purchase.</param>
/// <param name="MedianPrice">Median value of a purchase, in the account's currency.</param>
/// <param name="Brands">Its advertisers.</param>
/// <param name="Products">What they sell.</param>
/// <param name="Benefits">What it is good for: imperatives without a capital.</param>
/// <param name="Offers">Why now.</param>
internal sealed record AdVertical(
    string Name, bool IsApp, double MedianPrice, string[] Brands, string[] Products, string[] Benefits, string[] Offers)
{
    /// <summary>All verticals, in a fixed order.</summary>
    public static AdVertical[] All { get; } =
    [
        Of("games", true, 6, "Emberfall|Pixel Harbor|Northwind Games|Lucky Otter|Ironleaf|Moonrook|Tiny Titan|Studio Quill",
            "match-3 puzzle|kingdom builder|racing league|word game|card battler|farm story|space shooter|trivia quiz|fishing tour|chess arena",
            "beat your friends tonight|play in five-minute rounds|collect every hero|build your own island|train your brain daily|win weekly tournaments|play offline anywhere|unlock secret levels",
            "Free to play|500 bonus coins|Double rewards this weekend|New season out now|Free starter pack|No ads for a week"),
        Of("fashion", false, 45, "Larkspur|Velvet Row|Cotton & Pine|Atelier Nord|Marlowe|Juniper Lane|Stitchworks|Solene",
            "linen shirt|wool coat|running sneakers|summer dress|denim jacket|leather boots|silk scarf|rain parka|knit sweater|canvas tote",
            "stay warm without the weight|look sharp all day|wear it every season|walk all day in comfort|upgrade your wardrobe|find your perfect fit|dress for the weekend|pack light in style",
            "30% off today|Free returns|Buy one, get one half price|Final sale this week|Free shipping over $50|New arrivals daily"),
        Of("travel", false, 220, "Skylane|Harbor & Hill|Wander Atlas|Blue Meridian|Roamly|Casa Verde|Northbound|Palmera",
            "weekend flight|beach resort|city hotel|rail pass|mountain cabin|cruise deal|airport transfer|island tour|camper van|ski package",
            "escape for the weekend|wake up by the sea|see three cities in a week|skip the airport queue|travel more for less|explore with the kids|take the scenic route|book in two minutes",
            "Up to 40% off|Free cancellation|Members save 15%|Kids stay free|Last rooms this month|Early bird fares"),
        Of("food", true, 22, "Fork & Flame|Green Bowl|Mamma Rosa|Noodle Works|Fresh Crate|Burger Union|Daily Grind|Spice Route",
            "meal kit|pizza delivery|salad box|ramen bowl|coffee subscription|grocery delivery|family bucket|sushi platter|vegan menu|breakfast box",
            "eat well in ten minutes|skip the supermarket|feed the whole family|cook like a chef at home|have lunch at your desk|taste something new|eat more greens|get dinner to your door",
            "First box free|$10 off your first order|Free delivery tonight|Two for one Tuesday|20% off this week|Free dessert"),
        Of("finance", true, 80, "Copperbank|Ledgerly|Anchor Trust|Mintfold|Clearpath|Summit Credit|Pennywise|Harborline",
            "savings account|cash back card|budget planner|home loan|travel card|index fund|tax assistant|car insurance|business account|credit builder",
            "save without thinking about it|see where your money goes|pay no foreign fees|invest from one dollar|own your home sooner|file in under an hour|cut your insurance bill|raise your score",
            "4.1% interest|No fees for a year|$100 welcome bonus|0% for 15 months|Free for students|Switch in minutes"),
        Of("fitness", true, 15, "Pulseform|Iron Orchard|Stridewell|Zen Harbor|Corecraft|Liftoff|Breathe Club|Runaway",
            "yoga class|strength program|running coach|sleep tracker|step challenge|pilates course|cycling plan|meditation guide|boxing workout|stretching routine",
            "sleep better tonight|get fit in 20 minutes a day|run your first 10K|train without equipment|calm your mind|stick to your plan|recover faster|feel stronger in a month",
            "7-day free trial|Half price for new members|First month free|Bring a friend for free|Cancel anytime|New year offer"),
        Of("education", true, 35, "Brightpath|Lingua Loop|Codewell|Chalk & Cloud|Mathsmith|Open Lantern|Scholarly|Tutor Tree",
            "Spanish course|Python bootcamp|piano lessons|math tutor|photo workshop|writing class|data science track|public speaking course|kids' coding club|exam prep",
            "learn a language on the bus|change your career this year|practise 15 minutes a day|understand it at last|earn a certificate|learn from real teachers|help your child catch up|pass the first time",
            "First lesson free|60% off annual plans|Scholarships open|Try it free for 14 days|Enrol before Friday|Free placement test"),
        Of("streaming", true, 12, "Cinelight|Wavebox|Storyline TV|Encore|Podlark|Northern Lights|Reelhouse|Tunegarden",
            "crime series|live concert pass|documentary channel|audiobook library|football package|kids' cartoons|indie film club|true-crime podcast|jazz radio|anime collection",
            "watch the season everyone talks about|listen without ads|download and watch offline|follow every match live|keep the kids happy on the road|discover films you missed|press play on your commute|share with the family",
            "30 days free|$4.99 for three months|New episodes every Friday|Bundle and save|Student plan|Premiere tonight"),
        Of("beauty", false, 28, "Rosewater|Dewdrop|Clinica Pura|Olive & Oak|Lumen Skin|Petal Theory|Barefaced|Saltglow",
            "vitamin C serum|matte lipstick|shampoo bar|night cream|sunscreen stick|curl cream|face mask|perfume oil|beard balm|eye palette",
            "wake up with brighter skin|tame your curls|skip the salon|protect your skin all summer|smell like a garden|look fresh on four hours of sleep|simplify your routine|go fragrance-free",
            "Free sample with every order|25% off sets|Refill and save|Gift with purchase|Free shipping this week|Subscribe and save 15%"),
        Of("home", false, 90, "Oakridge|Nestwell|Lampworks|Haven & Co|Sunday Sofa|Tidy Fox|Copper Kettle|Garden Gate",
            "standing desk|sofa bed|air purifier|robot vacuum|cast-iron pan|bed linen|LED floor lamp|tool set|patio set|storage shelf",
            "come home to a clean floor|sleep cool all night|make room for guests|cook like your grandmother|breathe cleaner air|fix it yourself|light up any corner|tidy up for good",
            "Spring clearance|100-night trial|15% off your first order|Free assembly|Save $60 today|Lifetime guarantee"),
        Of("automotive", false, 130, "Torqline|Roadmaster|Voltway|Grip & Go|Piston Bros|Evergreen Motors|Clutch Works|Mile Marker",
            "winter tires|dash cam|car wash pass|home charger|brake service|roof box|test drive|car battery|floor mats|parts bundle",
            "stop safely on ice|charge overnight at home|keep proof of every mile|fit the whole family's luggage|start every cold morning|drive electric for a day|make it look new again|save on every service",
            "Four for three|Book online, save 20%|Free fitting|Trade-in bonus|0% finance|Free winter check"),
        Of("electronics", false, 160, "Voxel|Auralis|Northstar|Kitebyte|Lumina|Hexa|Solidstate|Wren Audio",
            "noise-cancelling headphones|4K monitor|smart watch|mechanical keyboard|portable charger|action camera|tablet|wireless speaker|gaming mouse|home router",
            "hear nothing but music|charge once a week|type faster with less noise|film in the rain|cover every room with Wi-Fi|see every detail|work from anywhere|leave the cables at home",
            "Save $40|Back-to-school deal|Two-year warranty|Trade in and save|Limited stock|Bundle price this week"),
    ];

    private static AdVertical Of(string name, bool isApp, double medianPrice, string brands, string products, string benefits, string offers) =>
        new(name, isApp, medianPrice, brands.Split('|'), products.Split('|'), benefits.Split('|'), offers.Split('|'));
}
