-- Who this Fraisier is: `id`.
SELECT * FROM tb_installation;
