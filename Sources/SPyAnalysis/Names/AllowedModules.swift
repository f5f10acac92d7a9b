/// The modules that programs may import, and what they offer: what the sandbox has.
///
/// A list of members, because modules hold other modules (`random._os`) and functions that work on attributes by name
/// (`functools.update_wrapper`).
enum AllowedModules {
    /// In alphabetical order.
    static let names = members.keys.sorted()

    /// Whether a module may be imported.
    static func contains(_ module: String) -> Bool { members[module] != nil }

    /// Whether an allowed module offers something of that name.
    static func offers(_ member: String, in module: String) -> Bool {
        members[module]?.contains(member) ?? false
    }

    /// What a module offers, in alphabetical order.
    static func list(_ module: String) -> [String] { lists[module] ?? [] }

    /// What a module offers, in words; the first few of many.
    static func summary(_ module: String) -> String {
        let all = list(module).map { "'\($0)'" }
        guard all.count > 12 else { return all.joined(separator: ", ") }
        return all.prefix(10).joined(separator: ", ") + " and \(all.count - 10) more"
    }

    private static let lists: [String: [String]] = texts.mapValues { text in
        text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init).sorted()
    }
    private static let members: [String: Set<String>] = lists.mapValues(Set.init)

    private static let texts: [String: String] = [
        "collections": "Counter OrderedDict defaultdict deque namedtuple",
        "datetime": "MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo",
        "decimal": """
        Clamped ConversionSyntax Decimal DecimalException DivisionByZero DivisionImpossible DivisionUndefined
        FloatOperation Inexact InvalidContext InvalidOperation Overflow ROUND_05UP ROUND_CEILING ROUND_DOWN
        ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP Rounded Subnormal Underflow getcontext
        """,
        "functools": "cache cmp_to_key lru_cache partial reduce",
        "itertools": """
        accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse
        groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest
        """,
        "json": "JSONDecodeError dumps loads",
        "math": """
        acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2
        expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp
        lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt tan tanh tau
        trunc ulp
        """,
        "random": """
        Random betavariate choice choices expovariate gammavariate gauss getrandbits lognormvariate normalvariate
        paretovariate randint random randrange sample seed shuffle triangular uniform weibullvariate
        """,
        "re": """
        A ASCII DOTALL I IGNORECASE M MULTILINE Match NOFLAG Pattern S U UNICODE VERBOSE X
        compile error escape findall finditer fullmatch match purge search split sub subn
        """,
        "statistics": """
        StatisticsError correlation covariance fmean geometric_mean harmonic_mean linear_regression mean
        median median_grouped median_high median_low mode multimode pstdev pvariance quantiles stdev variance
        """,
    ]
}
