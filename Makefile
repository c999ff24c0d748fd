SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test bench accuracy build format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: ## Run the whole platform in one process on a built-in Kafka cluster
	@eng/setup && ./streaming demo

test: ## Build the solution and run every test project
	@eng/setup && eng/test

bench: ## Run every benchmark and keep its lines under docs/benchmarks/
	@eng/setup && mkdir -p docs/benchmarks && ./streaming bench all --json | tee docs/benchmarks/$$(date -u +%F).jsonl

accuracy: ## Evaluate the trained models event by event and write docs/accuracy.md
	@eng/setup && ./streaming accuracy --data ../shared/data --write docs/accuracy.md

build: ## Build the solution in Release
	@eng/setup && dotnet build Streaming.sln -c Release -v quiet --nologo

format: ## Format the sources as .editorconfig says
	@eng/setup && dotnet format Streaming.sln

clean: ## Remove what builds made; the package feed and local state stay
	@rm -rf .build
	@find src tests bench -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} + 2>/dev/null || true
