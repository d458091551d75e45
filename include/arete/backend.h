/* The C ABI between Arete and an inference engine's plug-in: what a file
 * `arete_backend_<name>.so` must offer. Not for programs: they use an engine through src/runtime.
 *
 * A plug-in exports exactly one symbol, `arete_backend_api`. All else is function pointers.
 *
 * Versions. Every struct starts with `struct_size`, set by whoever fills it with sizeof(the
 * struct). A reader must not look at members beyond that size. Members are only ever appended;
 * anything else raises ARETE_BACKEND_ABI_VERSION, and then old plug-ins are reported as
 * unavailable. Lists of structs are lists of pointers, so that an appended member moves nothing.
 *
 * Errors. A function that can fail returns `arete_error*`: NULL is success; otherwise the caller
 * hands it back to `free_error` of the same plug-in. Out-parameters hold nothing then.
 * No C++ exception and no longjmp may cross this boundary in either direction.
 *
 * Ownership. What a plug-in returns by pointer stays its own and lives as stated at the function.
 * What the host passes in is the host's and may go away after the call, except bound memory.
 *
 * Threads. Functions of arete_backend without a session argument may be called from any thread, at
 * the same time. A session is serial: one call at a time, from any thread. Only `cancel` may be
 * called on it while another call runs. Two sessions never disturb one another.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ARETE_BACKEND_H
#define ARETE_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ARETE_BACKEND_ABI_VERSION 1u

/* Named by what the caller can do about it. */
typedef int32_t arete_code;
enum {
  ARETE_INVALID = 1,     /* the request or an option is wrong: change it */
  ARETE_CORRUPT = 2,     /* the model is damaged: get it again */
  ARETE_NOT_FOUND = 3,   /* nothing of that name */
  ARETE_UNSUPPORTED = 4, /* valid, but this engine cannot do it */
  ARETE_UNAVAILABLE = 5, /* not on this machine, or not now */
  ARETE_DENIED = 6,      /* permission or policy forbids it */
  ARETE_NO_SPACE = 7,    /* out of memory, disk or device memory */
  ARETE_TIMEOUT = 8,     /* the deadline passed */
  ARETE_CANCELLED = 9,   /* `cancel` was called */
  ARETE_CONFLICT = 10,   /* not in this order: a run is in progress, or none has been made */
  ARETE_IO = 11,         /* the operating system refused */
  ARETE_INTERNAL = 12    /* a bug in the plug-in or its engine */
};

typedef struct arete_error {
  uint32_t struct_size;
  arete_code code;
  const char* message; /* UTF-8, one sentence, what and which value */
} arete_error;

/* Element types. Packed ones hold several elements in a byte, the first in the low bits. */
typedef int32_t arete_dtype;
enum {
  ARETE_DTYPE_UNDEFINED = 0,
  ARETE_DTYPE_F32 = 1,
  ARETE_DTYPE_F64 = 2,
  ARETE_DTYPE_F16 = 3,
  ARETE_DTYPE_BF16 = 4,
  ARETE_DTYPE_I8 = 5,
  ARETE_DTYPE_I16 = 6,
  ARETE_DTYPE_I32 = 7,
  ARETE_DTYPE_I64 = 8,
  ARETE_DTYPE_U8 = 9,
  ARETE_DTYPE_U16 = 10,
  ARETE_DTYPE_U32 = 11,
  ARETE_DTYPE_U64 = 12,
  ARETE_DTYPE_I4 = 13, /* packed */
  ARETE_DTYPE_U4 = 14, /* packed */
  ARETE_DTYPE_I2 = 15, /* packed */
  ARETE_DTYPE_U2 = 16, /* packed */
  ARETE_DTYPE_BOOL = 17,
  ARETE_DTYPE_STRING = 18, /* data is an array of arete_string */
  ARETE_DTYPE_C64 = 19,
  ARETE_DTYPE_C128 = 20,
  ARETE_DTYPE_F8E4M3FN = 21,
  ARETE_DTYPE_F8E4M3FNUZ = 22,
  ARETE_DTYPE_F8E5M2 = 23,
  ARETE_DTYPE_F8E5M2FNUZ = 24,
  ARETE_DTYPE_F8E8M0 = 25,
  ARETE_DTYPE_F4E2M1 = 26 /* packed */
};

/* Kinds of memory, also as a set. */
typedef uint32_t arete_memory;
enum {
  ARETE_MEMORY_HOST = 1u,   /* `data` */
  ARETE_MEMORY_DMABUF = 2u, /* `handle` is a Linux dma-buf descriptor, lent; from `offset` on */
  ARETE_MEMORY_DEVICE = 4u  /* `handle` is the engine's own name for device memory */
};

typedef struct arete_string {
  const char* data; /* not zero-terminated */
  uint64_t size;
} arete_string;

/* real = scale * (stored - zero_point) */
typedef struct arete_quantization {
  uint32_t struct_size;
  arete_dtype expressed;      /* what it stands for; the tensor's dtype is what is stored */
  uint64_t count;             /* of scales: one, one a channel, or one a block (row-major) */
  const float* scales;        /* [count] */
  const int32_t* zero_points; /* [count], or NULL = all 0 */
  int32_t axis;               /* of the channels or blocks; -1 = per tensor */
  int64_t block_size;         /* elements a block along axis; 0 = not blocked */
} arete_quantization;

/* A concrete tensor: memory with a meaning. */
typedef struct arete_tensor {
  uint32_t struct_size;
  arete_dtype dtype;
  arete_memory memory; /* exactly one kind */
  uint32_t rank;
  const int64_t* shape;                   /* [rank], all >= 0 */
  const int64_t* strides;                 /* [rank] in bytes, or NULL = dense row-major */
  void* data;                             /* host memory; an input's is only read */
  uint64_t bytes;                         /* that may be touched from `data` (or `offset`) on */
  int64_t handle;                         /* other memory, see arete_memory */
  uint64_t offset;                        /* into the memory of `handle` */
  const arete_quantization* quantization; /* NULL = none said; else checked against the model's */
} arete_tensor;

typedef enum arete_direction { ARETE_INPUT = 0, ARETE_OUTPUT = 1, ARETE_STATE = 2 } arete_direction;

/* What a model says of an input, output or state. */
typedef struct arete_tensor_info {
  uint32_t struct_size;
  const char* name;
  arete_dtype dtype;
  int32_t rank;                           /* -1 = not known */
  const int64_t* shape;                   /* [rank]; -1 = not known before the run */
  const char* const* dim_names;           /* [rank] entries "" or a symbol; NULL = no names */
  const arete_quantization* quantization; /* NULL = none */
} arete_tensor_info;

/* A model file. At least one of path and data is given. With data, data is the model and path (if
 * any) only says where it came from: files that belong to it are looked for beside path. `data`
 * must stay until the session is unloaded, so that an engine need not copy weights. */
typedef struct arete_model_source {
  uint32_t struct_size;
  const char* format; /* "onnx", "tflite" ...; NULL = look at the content */
  const char* path;   /* NULL = only in memory */
  const void* data;   /* NULL = only on disk */
  uint64_t bytes;
} arete_model_source;

typedef struct arete_load_options {
  uint32_t struct_size;
  const char* cache_dir;    /* existing folder for compiled forms; NULL = do not cache */
  uint32_t count;           /* of options */
  const char* const* names; /* an unknown name is ARETE_INVALID naming it */
  const char* const* values;
} arete_load_options;

typedef struct arete_option_info {
  uint32_t struct_size;
  const char* name;
  const char* default_value;
  const char* values; /* "none|basic|all", "1..256", "text" */
  const char* doc;    /* one sentence */
} arete_option_info;

/* What probing found on this machine. Valid until the process ends. */
typedef struct arete_probe {
  uint32_t struct_size;
  const char* engine_version;
  uint32_t device_count;
  const char* const* devices; /* "CPU", "CUDA" ... as profiles name them */
  arete_memory memory;        /* set of kinds that can be bound */
} arete_probe;

/* `deadline_ns` is a time of CLOCK_MONOTONIC; 0 = none. A run that is not finished by then is
 * stopped as soon as the engine can and fails with ARETE_TIMEOUT. */
typedef struct arete_run_options {
  uint32_t struct_size;
  int64_t deadline_ns;
} arete_run_options;

/* One node of the model as the engine executed it: fused nodes are one. */
typedef struct arete_node_profile {
  uint32_t struct_size;
  const char* name;
  const char* type;
  const char* device; /* the device or provider that really ran it */
  uint64_t calls;     /* over the runs covered */
  uint64_t ns;        /* in all calls */
} arete_node_profile;

typedef struct arete_profile {
  uint32_t struct_size;
  uint64_t runs; /* covered */
  uint32_t count;
  const arete_node_profile* const* nodes; /* in order of first execution */
} arete_profile;

typedef struct arete_metric {
  uint32_t struct_size;
  const char* name; /* "memory_bytes", "peak_memory_bytes"; engine's own ones start with its name */
  double value;
} arete_metric;

typedef struct arete_session arete_session; /* a loaded model; opaque, the plug-in's */

/* Called exactly once for a started run, on a thread of the plug-in. `error` as if returned: NULL
 * or to be freed. The session is idle again when this is entered; it may be used from inside, but
 * not unloaded. */
typedef void (*arete_done)(void* user, arete_error* error);

/* Function pointers marked (optional) may be NULL: the engine cannot do that at all. */
typedef struct arete_backend {
  uint32_t struct_size;
  uint32_t abi_version;       /* ARETE_BACKEND_ABI_VERSION it was compiled with */
  const char* name;           /* same as in the file's name */
  const char* version;        /* of the plug-in */
  const char* description;    /* one sentence */
  const char* const* formats; /* that it may be able to load, NULL-terminated: "onnx" */
  uint32_t option_count;
  const arete_option_info* const* options;

  void (*free_error)(arete_error* error);

  /* Can it work on this machine at all? Loads the engine's library; cheap the second time. */
  arete_error* (*probe)(arete_probe* out);

  /* Would load succeed? Does not change anything; ARETE_UNSUPPORTED with the reason if not. */
  arete_error* (*supports)(const arete_model_source* source, const arete_load_options* options);

  arete_error* (*load)(const arete_model_source* source, const arete_load_options* options,
                       arete_session** out);
  /* Stops a run in progress and waits for it. NULL is allowed. */
  void (*unload)(arete_session* session);

  uint32_t (*count)(const arete_session* session, arete_direction direction);
  /* Pointers in *out live until unload. */
  arete_error* (*describe)(const arete_session* session, arete_direction direction, uint32_t index,
                           arete_tensor_info* out);

  /* The memory that runs read from (ARETE_INPUT) or write to (ARETE_OUTPUT) from now on, without a
   * copy where the engine can; it must stay until the binding is replaced or no further run is
   * made. An output bound with NULL (the default) is allocated by the engine at each run: that is
   * the way for shapes that depend on data. A bound output must have exactly the shape of the
   * result, else the run fails with ARETE_INVALID. Wrong index, dtype, rank, extent, quantization
   * or memory kind: ARETE_INVALID here or at the run, naming the tensor. */
  arete_error* (*bind)(arete_session* session, arete_direction direction, uint32_t index,
                       const arete_tensor* tensor);

  arete_error* (*run)(arete_session* session, const arete_run_options* options);
  /* (optional) Returns at once. An error returned here means that `done` will not be called. */
  arete_error* (*run_async)(arete_session* session, const arete_run_options* options,
                            arete_done done, void* user);
  /* (optional) Makes the run in progress, if any, fail with ARETE_CANCELLED soon. */
  void (*cancel)(arete_session* session);

  /* Result of the last successful run, bound or not. Valid until the next run, bind or unload. */
  arete_error* (*output)(arete_session* session, uint32_t index, arete_tensor* out);

  /* (optional, all three or none) State that the model itself keeps between runs. The tensor that
   * get_state gives is valid until the next call on the session; set_state copies. */
  arete_error* (*get_state)(arete_session* session, uint32_t index, arete_tensor* out);
  arete_error* (*set_state)(arete_session* session, uint32_t index, const arete_tensor* tensor);
  arete_error* (*reset_state)(arete_session* session);

  /* (optional) What ran where, over the runs since load or since the last call; an engine that can
   * report only once repeats it. ARETE_CONFLICT if an option at load has to ask for it. Valid
   * until the next call of profile or unload. */
  arete_error* (*profile)(arete_session* session, const arete_profile** out);

  /* (optional) Index from 0 until ARETE_NOT_FOUND. */
  arete_error* (*metric)(arete_session* session, uint32_t index, arete_metric* out);
} arete_backend;

/* What the host offers; lives as long as the process. */
typedef struct arete_host {
  uint32_t struct_size;
  uint32_t abi_version;
  /* level 0 debug .. 3 error; from any thread. Plug-ins never write to stdout or stderr. */
  void (*log)(void* user, int32_t level, const char* message);
  void* user;
} arete_host;

#define ARETE_BACKEND_SYMBOL "arete_backend_api"
typedef const arete_backend* (*arete_backend_entry)(const arete_host* host);

/* The one exported symbol. Cheap: no engine is loaded yet. */
const arete_backend* arete_backend_api(const arete_host* host);

#ifdef __cplusplus
}
#endif
#endif /* ARETE_BACKEND_H */
