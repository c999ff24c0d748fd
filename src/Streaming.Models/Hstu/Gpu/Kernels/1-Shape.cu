// One HSTU step for a batch of rows, all layers in one launch: a block per multiprocessor, or for a few rows a cluster of blocks per sequence.
// For thousands of rows with bfloat16 keys and values each phase is a launch of its own: there the barriers cost nothing, and a phase alone has more registers.
//
// A row is one token of one sequence. Rows of the same sequence may stand in one batch (a prefill): every layer writes the keys and values of
// all rows before any row attends. Source of the model: Zhai et al. 2024 (arXiv 2402.17152); the formulas are in the design, section 5.
//
// The law: a row's result is the same bits in any batch. So nothing here that decides the order of a sum may look at the number of rows:
//   - a projection's element is one accumulator chain over k, sixteen at a time (mma.sync m16n8k16), rows padded with zeros;
//   - attention sums a span of SPAN lags in one warp, oldest group first, and adds the spans oldest first;
//   - compiled with --fmad=false, so that only the fmaf written here are fused.
// Only the mapping of tiles and spans to blocks depends on the batch.
//
// Per layer, with a barrier of the team (grid or cluster) after each:
//   project  uvqk = SiLU(LN(x) W_uvqk): k and v into the pages, u and q into scratch        tiles of rows x columns
//   attend   a = 1/W sum SiLU(q k + p[lag] + tau[bucket]) v, one pass over K and V           a block per row and head, a warp per span;
//                                                                                            in a cluster, warps anywhere in it
//   output   x += (u * LN(a)) W_o + b_o                                                      tiles of rows x columns
//
// The host defines: LAYERS D H DH DP W C O RPAGES SPAN KV8 TIMEBIAS MTMAX CLUSTER CLUSTER_ROWS (GpuShape.cs says what each is).
//
//   page:  times 64 x 8 | layer 0: head 0: K 64 rows | V 64 rows | [K scales | V scales] , head 1 ... | layer 1 ...
//          a row is DP bfloat16, or with KV8 DP e4m3 bytes and a float scale
//   slot of token n = n mod (64 * RPAGES); page table: RPAGES page numbers for each sequence

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

constexpr int WARPS = 16, THREADS = WARPS * 32, PAGE = 64, RING = PAGE * RPAGES;
constexpr int E = H * DH, EP = H * DP;
constexpr int DPAD = (D + 31) / 32 * 32, EPAD = (EP + 31) / 32 * 32;
constexpr int UVQK_TILES = 4 * EP / 8, OUT_TILES = (D + 7) / 8;
constexpr int BUCKETS = 129;

constexpr int ELEMENT = KV8 ? 1 : 2;
constexpr int ROW_BYTES = DP * ELEMENT;
constexpr int V_OFFSET = PAGE * ROW_BYTES;
constexpr int K_SCALES = 2 * V_OFFSET, V_SCALES = K_SCALES + PAGE * 4;
constexpr int HEAD_BYTES = 2 * V_OFFSET + (KV8 ? 2 * PAGE * 4 : 0);
constexpr int TIMES_BYTES = PAGE * 8;
constexpr u64 PAGE_BYTES = TIMES_BYTES + (u64)LAYERS * H * HEAD_BYTES;

// One load of a warp: 16 bytes a lane, LANES lanes a row. A group is LOADS of them: GROUP rows.
constexpr int PER_LANE = 16 / ELEMENT;
constexpr int LANES = DP / PER_LANE, ROWS_PER_LOAD = 32 / LANES;
constexpr int LOADS = PAGE / ROWS_PER_LOAD < MOST_LOADS ? PAGE / ROWS_PER_LOAD : MOST_LOADS;
constexpr int GROUP = LOADS * ROWS_PER_LOAD;
constexpr int GROUPS = SPAN / GROUP, SPANS = (W + SPAN - 1) / SPAN;
constexpr int UNITS_AT_ONCE = WARPS / SPANS;
constexpr int W_STRIDE = (W + 63) / 64 * 64;

__device__ constexpr int log2of(int n) { return n <= 1 ? 0 : 1 + log2of(n / 2); }
constexpr int SCATTERS = log2of(LANES) < log2of(LOADS) ? log2of(LANES) : log2of(LOADS);
constexpr int SCORES = LOADS >> SCATTERS;   // scores that each lane ends up with

static_assert(SPAN % GROUP == 0 && SPANS <= WARPS && SPAN / PAGE + 2 <= 32, "the spans of a window");
static_assert(GROUP <= PAGE && DP % PER_LANE == 0 && LANES >= 1 && LANES <= 32, "the rows of a group");

// One row of the batch as the host lays it out, followed by C floats of content.
struct RowIn
{
    int sequence, action, slot, count;   // slot of the token; tokens it attends to, itself included
    long long time, anchor;              // event time; the time that its distances are measured from
    int known, output;                   // content is given; row of the output, or -1
    int unused[2];
};
constexpr int ROW_IN_BYTES = (sizeof(RowIn) + C * 4 + 15) / 16 * 16;

struct Params
{
    const u8* inputs;
    float* outputs;
    u8* pool;
    const int* page_table;
    const float *content_weight, *content_bias, *actions, *unknown;   // content weight [C][D]
    const uint4 *uvqk, *output_weight;                                // packed fragments, per layer
    const float *output_bias, *position, *tau, *head_weight, *head_bias;   // head weight [D][O]
    const u64* bucket_bounds;
    const u8* bucket_of_power;
    float *x, *u, *q, *a, *partials;
    u8* buckets;
    int4* rows;                          // by row of the batch: sequence, slot, count
    long long* anchors;                  // by row of the batch
    u8** pages;                          // by row of the batch: the page that its token lies in
    u32 *barrier, *counters;
    int count, want_output;
    u32 barrier_base, is_inline;         // is_inline: the rows are in inline_rows
    u8 starts[24];                       // of a launch in clusters: cluster c has the rows starts[c] .. starts[c + 1] - 1
    int layer, unused;                   // of a launch of one phase
    __align__(16) u8 inline_rows[INLINE_BYTES];
};

static_assert(sizeof(RowIn) == 48 && sizeof(Params) == PARAMS_BYTES, "GpuRow and GpuStepArguments");

