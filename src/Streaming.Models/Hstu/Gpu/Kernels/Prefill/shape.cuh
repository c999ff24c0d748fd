// The shapes of a prefill and where things lie in device memory. The formulas are in the design, section 5.
//
//   page (64 tokens): times 64 x 8 | layer 0: head 0: K 64 rows | V 64 rows , head 1 ... | layer 1 ...      a row is 256 bfloat16, 512 bytes
//
// as in the GPU engine (../1-Shape.cu), so that pages can be read by both. Seen as rows of 512 bytes a pool is
// one matrix, and one tensor map serves every sequence, layer and head.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifndef HEADS
#define HEADS 4
#endif

constexpr int HEAD_WIDTH = 256, WIDTH = HEADS * HEAD_WIDTH, UVQK = 4 * WIDTH;
constexpr int CHUNK = 128;                           // new rows of a sequence; a shorter chunk is padded
constexpr int PAGE = 64, ROW_BYTES = HEAD_WIDTH * 2;
constexpr int HEAD_ROWS = 2 * PAGE;                  // rows of a head in a page: keys, then values
constexpr int BUCKETS = 129;
constexpr float EPSILON = 1e-6f;

// Two warpgroups of 64 rows each multiply, one warp loads.
constexpr int CONSUMERS = 256, THREADS = CONSUMERS + 32, CONSUMER_WARPS = CONSUMERS / 32;
constexpr int STATS_COLUMNS = 32, STATS = WIDTH / STATS_COLUMNS;   // a row's statistics are kept for each 32 columns

struct Sequence
{
    int first, count;   // tokens cached; new rows, 1 .. CHUNK
    int table, input;   // its row of the page table; where its new rows begin among the inputs
};

// What all kernels of a call share. Row r of sequence s is row s * CHUNK + r of x, xb, u, q, a, y.
struct Call
{
    const Sequence* sequences;
    const int* page_table;        // [row of a sequence][table_stride], a ring: page of tokens 64 n .. 64 n + 63 at n mod table_stride
    u8* pool;
    float* x;                     // residual stream, float32
    u16* xb;                      // the same, bfloat16: the operand of the projection
    float2* stats;                // [row][STATS]: mean and sum of squared distances from it, of 32 columns of x
    u16 *u, *q, *y;               // bfloat16
    float* partials;              // [part][row][WIDTH]: sums of the attention over a part of the window
    u8* buckets;                  // [sequence][tile][row half][thread][32]: time buckets in the order of the accumulators
    const float *column_sums;     // [layer][UVQK]: sums of the columns of W_uvqk
    const float *output_bias;     // [layer][WIDTH]
    const float *position, *tau;  // [layer][window], [layer][BUCKETS]
    const u64* bucket_bounds;     // [BUCKETS]: least distance of a time bucket
    int table_stride, page_rows, layers, window, tiles, rows;   // page_rows: 512-byte rows of a page; tiles: those of a sequence's buckets
    int shared_card;              // another group of sequences is under way: waiting blocks of this one would keep it off the card
};

__host__ __device__ constexpr int page_rows(int layers) { return 1 + layers * HEADS * HEAD_ROWS; }

#ifdef CALL_BYTES
static_assert(sizeof(Call) == CALL_BYTES && sizeof(Sequence) == 16, "GpuPrefillCall and GpuPrefillSequence");
#endif

// Tiles of 64 keys that the new rows of a sequence see: [first, end).
struct Tiles
{
    int first, end;

    __device__ Tiles(const Sequence& s, int window)
    {
        first = max(0, s.first - window + 1) / PAGE;
        end = (s.first + s.count - 1) / PAGE + 1;
    }
};

__device__ __forceinline__ int page_of(const Call& c, const Sequence& s, int tile) { return c.page_table[s.table * c.table_stride + tile % c.table_stride]; }

// Row of the pool, seen as a matrix of 512-byte rows, at which a head's keys begin; its values begin PAGE rows later.
__device__ __forceinline__ int head_row(const Call& c, int page, int layer, int head) { return page * c.page_rows + 1 + (layer * HEADS + head) * HEAD_ROWS; }
