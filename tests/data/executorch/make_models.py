"""Makes the programs of this folder: y = relu(W x + b) for x [2, 4], W[i][j] = 0.5 (i + 1) - 0.25 j,
b = [0.1, -0.2, 0.3]. Needs the Python packages torch and executorch 1.5.1.
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge, to_edge_transform_and_lower


class Dense(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = torch.nn.Linear(4, 3)
        with torch.no_grad():
            self.dense.weight.copy_(torch.tensor([[0.5 * (i + 1) - 0.25 * j for j in range(4)] for i in range(3)]))
            self.dense.bias.copy_(torch.tensor([0.1, -0.2, 0.3]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.dense(x))


def main() -> None:
    folder = pathlib.Path(__file__).parent
    exported = torch.export.export(Dense().eval(), (torch.zeros(2, 4),))
    (folder / "dense.pte").write_bytes(to_edge(exported).to_executorch().buffer)
    lowered = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()])
    (folder / "dense_xnnpack.pte").write_bytes(lowered.to_executorch().buffer)


if __name__ == "__main__":
    main()
